// Plays an OpenID provider for social_test.go. It says where it is, and then answers each line, a JSON object:
//
//   {"claims": {…}, "sign": "other" | "none" | null}   an id_token with those claims (null takes one away)
//   {"issued": {…}}                                    what introspection says of every access token from now on
//   {"corrupt": {"status": 200, "body": …}}            the next answer of the token endpoint; body null: none at all
import { createInterface } from 'node:readline';
import { OAuth2Server } from 'oauth2-mock-server';

const provider = new OAuth2Server();
const other = new OAuth2Server();
await provider.issuer.keys.generate('RS256');
await other.issuer.keys.generate('RS256');
await provider.start(0, '127.0.0.1');
other.issuer.url = provider.issuer.url;
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');

// What the provider says of whoever logs in by a code.
provider.service.on('beforeTokenSigning', (token, request) => {
  if (request?.body?.client_id) token.payload.aud = request.body.client_id;
  Object.assign(token.payload, { sub: 'by-code', email: 'coder@example.com', email_verified: true });
});
// What it says of every access token.
let issued = { active: false };
provider.service.on('beforeIntrospect', (answer) => {
  answer.body = issued;
});
provider.service.on('beforeUserinfo', (answer) => {
  answer.body = { sub: 'by-token', email: 'holder@example.com', email_verified: true, preferred_username: 'holder' };
});

async function idToken({ claims, sign }) {
  const { issuer } = sign === 'other' ? other : provider;
  const signed = await issuer.buildToken({
    scopesOrTransform: (_, payload) => {
      Object.assign(payload, claims);
      for (const name in claims) if (claims[name] === null) delete payload[name];
    },
  });
  if (sign !== 'none') return signed;
  const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  return `${header}.${signed.split('.')[1]}.`;
}

say({ url: provider.issuer.url });
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  if (asked.corrupt) {
    provider.service.once('beforeResponse', (answer) => {
      answer.statusCode = asked.corrupt.status;
      answer.body = asked.corrupt.body;
    });
    say({});
  } else if (asked.issued) {
    issued = asked.issued;
    say({});
  } else {
    say({ token: await idToken(asked) });
  }
}
await provider.stop();
