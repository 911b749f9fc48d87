// A client that is generated from the description: what is sent and what comes back has the types of openapi.json.
import createClient from "openapi-fetch";
import type { paths } from "./watchword.js";

declare const process: { env: Record<string, string | undefined> };

const client = createClient<paths, "application/json">({ baseUrl: process.env.BASE_URL! });

const login = await client.POST("/api/token/", {
  body: { username: process.env.USERNAME!, password: process.env.PASSWORD! },
});
if (!login.data) throw new Error(`no login: ${JSON.stringify(login.error)}`);
const { access, refresh }: { access: string; refresh: string } = login.data;

const greeting = await client.GET("/hello/", { headers: { Authorization: `Bearer ${access}` } });
const message: "Hello, World!" | undefined = greeting.data?.message;

const refused = await client.POST("/api/token/refresh/", { body: { refresh: "no token" } });
if (refused.data) throw new Error("a refresh token that is none was taken");

const refreshed = await client.POST("/api/token/refresh/", { body: { refresh } });
const next: string | undefined = refreshed.data?.access;


console.log(JSON.stringify({ message, refused: refused.response.status, refreshed: Boolean(next) }));

// Never called: it shows that the compiler knows the bodies.
export function wrong() {
  // @ts-expect-error a login has no such field, and needs others
  return client.POST("/api/token/", { body: { name: "mike" } });
}
