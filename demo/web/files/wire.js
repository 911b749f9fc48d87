// Sends requests and notes what went over the wire.

import { announce } from './dom.js'
import { get, keepExchange } from './store.js'

const askHeader = 'X-Demo-Cookies'
const sentHeader = 'x-demo-cookies-sent'
const setHeader = 'x-demo-cookies-set'
const secrets = /password/i

let server = null

export const serverInfo = () => server

// sends counts the requests that were made for somebody.
let count = 0
export const sends = () => count

// learn asks what the server has switched on.
export async function learn() {
  const answer = await fetch('/demo/server/')
  if (!answer.ok) throw new Error(`/demo/server/ answered ${answer.status}`)
  server = await answer.json()
  return server
}

// readable is a cookie that scripts may read, or ''.
export function readable(name) {
  const found = document.cookie.split('; ').find((each) => each.startsWith(name + '='))
  return found ? found.slice(name.length + 1) : ''
}

// send sends a request and returns {ok, status, data}; status 0 means that there was no answer. Cookies go along only
// with those requests that are to prove themselves by them. What the page asks for its own sake is quiet: nobody is shown it.
export async function send({ method = 'GET', path, headers = {}, body, cookies = false, title, quiet = false }) {
  if (!quiet) count++
  const all = { Accept: 'application/json', ...headers }
  if (body !== undefined) all['Content-Type'] = 'application/json'
  if (cookies && method !== 'GET') {
    const token = readable(server.csrfCookie) || get().csrf // the latter where it is kept in the session
    if (token) all[server.csrfHeader] = token
  }
  const exchange = { id: crypto.randomUUID(), at: Date.now(), title, method, path, cookies,
    request: { headers: all, body: masked(body), cookies: [] } }
  const started = performance.now()
  try {
    const answer = await fetch(path, { method, headers: { ...all, [askHeader]: 'names' },
      credentials: cookies ? 'same-origin' : 'omit', body: body === undefined ? undefined : JSON.stringify(body) })
    const text = await answer.text()
    note(exchange, answer, text)
  } catch {
    exchange.answer = { status: 0, statusText: 'No answer', headers: [], setCookies: [], data: null, text: '' }
  }
  const { status, statusText, data } = exchange.answer
  if (quiet) return { ok: status >= 200 && status < 300, status, data }
  exchange.took = Math.round(performance.now() - started)
  keepExchange(exchange)
  announce(status ? `${method} ${path} answered ${status} ${statusText}` : `${method} ${path}: the server does not answer`)
  return { ok: status >= 200 && status < 300, status, data }
}

// note takes an answer down.
function note(exchange, answer, text) {
  const headers = [...answer.headers].filter(([name]) => !name.startsWith('x-demo-'))
  exchange.request.cookies = list(answer.headers.get(sentHeader))
  exchange.answer = { status: answer.status, statusText: answer.statusText, headers,
    setCookies: list(answer.headers.get(setHeader)), data: parsed(text), text }
}

const list = (text) => (text ? JSON.parse(text) : [])

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

// masked hides passwords: they have no business on a screen.
function masked(body) {
  if (!body) return body
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, secrets.test(name) ? '••••••••' : value]))
}
