// The four ways to be logged in: how each begins, proves a request, is prolonged and ends.

import { get, set, mark, changeLogin, loginBy } from './store.js'
import { send, sends, serverInfo } from './wire.js'

export const whoami = '/auth-demo/whoami/'

const mount = (name) => serverInfo().mounts[name]

// Every scheme has: id, title, text, where (its mount), missing (why it is not there), cookies (whether browsers send the
// credential by themselves), login(name, password), headers(login), over(login), which asks quietly whether the server does
// not know the login any more, and refresh, verify and logout where there are such.
export const schemes = [
  {
    id: 'session',
    title: 'Session',
    protocol: 'django-ai-kit-auth',
    text: 'The server remembers you: a cookie that scripts cannot read names your session. A second token (CSRF) keeps other sites from making use of it.',
    cookies: true,
    where: () => mount('ai-kit'),
    missing: () => 'Not served here: ai-kit is not in the setting FEATURES.mounts.',
    async login(ident, password) {
      keepCSRF(await send({ title: 'Ask for a CSRF token', path: mount('ai-kit') + 'me/', cookies: true }))
      const answer = await send({ title: 'Log in', method: 'POST', path: mount('ai-kit') + 'login/', cookies: true,
        body: { ident, password } })
      keepCSRF(answer)
      return { answer, credential: {} }
    },
    headers: () => ({}),
    async over() {
      const answer = await send({ path: mount('ai-kit') + 'me/', cookies: true, quiet: true })
      return answer.ok && !answer.data?.user
    },
    async logout() {
      const answer = await send({ title: 'Log out', method: 'POST', path: mount('ai-kit') + 'logout/', cookies: true, body: {} })
      keepCSRF(answer)
      return answer
    },
  },
  {
    id: 'token',
    title: 'Opaque token',
    protocol: 'django-rest-authtoken',
    text: 'A random text, sent in a header. The server keeps only a fingerprint of it, and a logout ends it at once.',
    where: () => mount('authtoken'),
    missing: () => 'Not served here: authtoken is not in the setting FEATURES.mounts.',
    async login(username, password) {
      const answer = await send({ title: 'Log in', method: 'POST', path: mount('authtoken') + 'login/', body: { username, password } })
      return { answer, credential: { token: answer.data?.token } }
    },
    headers: (login) => ({ Authorization: `Token ${login.token}` }),
    over: async (login) => refused(await send({ path: whoami, headers: { Authorization: `Token ${login.token}` }, quiet: true })),
    logout: (login) => send({ title: 'Log out', method: 'DELETE', path: mount('authtoken') + 'logout/',
      headers: { Authorization: `Token ${login.token}` } }),
  },
  {
    id: 'jwt',
    title: 'JWT in the body',
    protocol: 'simplejwt',
    text: 'Two JSON Web Tokens: one for access, good for minutes, which any service can check by its signature, and one to get the next pair (refresh).',
    where: () => mount('simplejwt'),
    missing: () => 'Not served here: simplejwt is not in the setting FEATURES.mounts.',
    async login(username, password) {
      const answer = await send({ title: 'Log in', method: 'POST', path: mount('simplejwt'), body: { username, password } })
      return { answer, credential: { access: answer.data?.access, refresh: answer.data?.refresh } }
    },
    headers: (login) => ({ Authorization: `${serverInfo().bearer} ${login.access}` }),
    async refresh(login, token = login.refresh) {
      const answer = await send({ title: 'Refresh', method: 'POST', path: mount('simplejwt') + 'refresh/', body: { refresh: token } })
      if (answer.ok) {
        changeLogin(login.id, { access: answer.data.access, refresh: answer.data.refresh ?? login.refresh,
          spent: answer.data.refresh ? login.refresh : login.spent })
      }
      return answer
    },
    over: async (login) => refused(await send({ method: 'POST', path: mount('simplejwt') + 'verify/', body: { token: login.refresh }, quiet: true })),
    verify: (login) => send({ title: 'Verify', method: 'POST', path: mount('simplejwt') + 'verify/', body: { token: login.access } }),
    logout: (login) => send({ title: 'Log out', method: 'POST', path: mount('simplejwt') + 'blacklist/',
      body: { refresh: login.refresh } }),
  },
  {
    id: 'cookies',
    title: 'JWT in cookies',
    protocol: 'dj-rest-auth',
    text: 'The same pair of tokens, in cookies that scripts cannot read. Browsers send them by themselves.',
    cookies: true,
    where: () => serverInfo().jwtCookies && mount('dj-rest-auth'),
    missing: () => 'Not served here: it needs dj-rest-auth in the setting FEATURES.mounts, JWT_AUTH_COOKIE and JWT_AUTH_HTTPONLY in ' +
      'REST_AUTH, and jwt-cookie in DEFAULT_AUTHENTICATION_CLASSES.',
    async login(username, password) {
      const answer = await send({ title: 'Log in', method: 'POST', path: mount('dj-rest-auth') + 'login/', cookies: true,
        body: { username, password } })
      return { answer, credential: {} }
    },
    headers: () => ({}),
    refresh: () => send({ title: 'Refresh', method: 'POST', path: mount('dj-rest-auth') + 'token/refresh/', cookies: true, body: {} }),
    over: async () => refused(await send({ path: whoami, cookies: true, quiet: true })),
    logout: () => send({ title: 'Log out', method: 'POST', path: mount('dj-rest-auth') + 'logout/', cookies: true, body: {} }),
  },
]

const refused = (answer) => [400, 401, 403].includes(answer.status)

export const schemeBy = (id) => schemes.find((scheme) => scheme.id === id)

function keepCSRF(answer) {
  if (answer.data?.csrf) set({ csrf: answer.data.csrf })
}

// logIn logs in by a scheme and keeps the login. A browser has one cookie of a name, so that such a login takes the place
// of the one before.
export async function logIn(scheme, username, password) {
  const { answer, credential } = await scheme.login(username, password)
  if (!answer.ok) return answer
  const { logins, next } = get()
  const id = String(next)
  const kept = logins.map((login) =>
    scheme.cookies && login.scheme === scheme.id && login.state === 'alive' ? { ...login, state: 'replaced' } : login)
  set({ next: next + 1, acting: id, person: { ...get().person, username },
    logins: [...kept, { id, scheme: scheme.id, label: `Device ${id}`, username, since: Date.now(), state: 'alive', ...credential }] })
  mark('login-' + scheme.id)
  return answer
}

// logOut ends one login.
export async function logOut(login) {
  const answer = await schemeBy(login.scheme).logout(login)
  if (answer.ok) {
    changeLogin(login.id, { state: 'ended' })
    mark('logout')
  }
  return answer
}

// lookAround finds out which logins have ended elsewhere: by a new password, by the link of a mail, by another page. It
// keeps nothing of what it has found when somebody does something meanwhile, which may have changed that.
export async function lookAround() {
  const before = sends()
  for (const login of get().logins.filter((each) => each.state === 'alive')) {
    const over = await schemeBy(login.scheme).over(login)
    if (sends() !== before) return
    if (over) changeLogin(login.id, { state: 'ended' })
  }
}

// refresh prolongs a login.
export async function refresh(login) {
  const answer = await schemeBy(login.scheme).refresh(login)
  if (answer.ok) mark('refresh')
  return answer
}

// call sends a request as the login of that id, or as nobody.
export async function call(id, request) {
  const login = loginBy(id)
  if (!login) return send({ title: 'As nobody', ...request })
  const scheme = schemeBy(login.scheme)
  const answer = await send({ title: `As ${login.label}`, ...request, headers: { ...request.headers, ...scheme.headers(login) }, cookies: scheme.cookies })
  if (answer.ok) mark('call')
  return answer
}
