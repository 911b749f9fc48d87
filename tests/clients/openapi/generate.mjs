// Checks the description in the file DESCRIPTION against the schema of OpenAPI 3.1, and generates the types of a client
// from it into the folder WORK.
import { readFile, writeFile } from "node:fs/promises";
import { Validator } from "@seriousme/openapi-schema-validator";
import openapiTS, { astToString } from "openapi-typescript";

const description = JSON.parse(await readFile(process.env.DESCRIPTION, "utf8"));
const validator = new Validator();
const { valid, errors } = await validator.validate(structuredClone(description));
if (!valid || validator.version !== "3.1") {
  throw new Error(`not OpenAPI 3.1 (${validator.version}): ${JSON.stringify(errors, null, 1)}`);
}
await writeFile(`${process.env.WORK}/watchword.ts`, astToString(await openapiTS(description)));
