// A service that knows nothing but the JWK Set: is told tokens, a JSON text a line, and says of each what it makes of it.
import { createInterface } from 'node:readline'
import { createRemoteJWKSet, jwtVerify } from 'jose'

// Without a pause between two look-ups, or a key that appeared less than half a minute ago would be unknown.
const keys = createRemoteJWKSet(new URL(`${process.env.BASE_URL}/.well-known/jwks.json`), { cooldownDuration: 0 })

for await (const line of createInterface({ input: process.stdin })) {
  try {
    const { payload, protectedHeader } = await jwtVerify(JSON.parse(line), keys, { algorithms: ['RS256'] })
    console.log(JSON.stringify({ user: String(payload.user_id), kid: protectedHeader.kid }))
  } catch (error) {
    console.log(JSON.stringify({ error: error.code }))
  }
}
