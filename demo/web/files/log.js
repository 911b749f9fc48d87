// The log of what went over the wire: the newest exchange on top, open.

import { goTo, h, show } from './dom.js'
import { get, set, subscribe } from './store.js'
import { decode, moment, tokensIn } from './tokens.js'

const times = new Set(['exp', 'iat', 'nbf', 'refresh_exp'])
let newest = null

export function startLog() {
  const list = document.getElementById('exchanges')
  const clear = document.getElementById('wire-clear')
  clear.addEventListener('click', () => {
    set({ exchanges: [] })
    goTo(document.getElementById('wire-title')) // the button is gone
  })
  let shown = null
  const draw = () => {
    const { exchanges } = get()
    if (exchanges === shown) return
    const open = new Set([...list.querySelectorAll('details[open][data-id]')].map((each) => each.dataset.id))
    const fresh = exchanges[0]?.id !== newest
    newest = exchanges[0]?.id
    if (fresh) open.clear()
    if (newest && (fresh || shown === null)) open.add(newest)
    shown = exchanges
    clear.hidden = exchanges.length === 0
    if (fresh) document.getElementById('wire').scrollTop = 0
    show(list, exchanges.length === 0 ? empty() : exchanges.map((exchange) => entry(exchange, open.has(exchange.id))))
  }
  subscribe(draw)
  draw()
}

const empty = () => h('p', { class: 'empty' }, 'Nothing yet. Register or log in, and the requests that were sent appear here with their answers.')

function entry(exchange, open) {
  const { answer } = exchange
  const details = h('details', { class: 'exchange', open, dataset: { id: exchange.id } },
    h('summary', null, h('h3', null,
      h('span', { class: 'method' }, exchange.method), ' ',
      h('span', { class: 'path' }, exchange.path), ' ',
      h('span', { class: `status s${Math.floor(answer.status / 100)}` }, answer.status ? String(answer.status) : 'none'), ' ',
      h('span', { class: 'took' }, `${exchange.took} ms`))))
  // An entry that nobody opens is not made.
  const fill = () => details.childElementCount > 1 || details.append(content(exchange))
  if (open) fill()
  details.addEventListener('toggle', () => details.open && fill())
  return details
}

function content(exchange) {
  const { request, answer } = exchange
  const tokens = tokensIn(exchange)
  return h('div', { class: 'exchange-body' },
    exchange.title && h('p', { class: 'title' }, exchange.title),
    section('Request', `${exchange.method} ${exchange.path}`,
      headers(Object.entries(request.headers)),
      request.cookies.length > 0 && note('Cookies sent', request.cookies.join(', ')),
      !exchange.cookies && h('p', { class: 'fine' }, 'Sent without any cookie.'),
      request.body !== undefined && code(JSON.stringify(request.body, null, 2))),
    section('Answer', answer.status ? `${answer.status} ${answer.statusText}` : 'The server did not answer.',
      answer.setCookies.map(cookie),
      answer.text ? code(answer.data === null ? answer.text : JSON.stringify(answer.data, null, 2))
        : answer.status > 0 && h('p', { class: 'fine' }, 'No body.'),
      answer.headers.length > 0 && h('details', { class: 'more' }, h('summary', null, `${answer.headers.length} headers`),
        headers(answer.headers))),
    tokens.length > 0 && h('section', null, h('h4', null, 'What the tokens say (their claims)'), tokens.map(token)))
}

const section = (title, line, ...rest) => h('section', null, h('h4', null, title), h('p', { class: 'line' }, line), rest)

const note = (name, value) => h('dl', { class: 'headers' }, h('div', null, h('dt', null, name), h('dd', null, value)))

const headers = (list) => h('dl', { class: 'headers' },
  list.map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, clipped(value)))))

// clipped shortens tokens: what they say is shown below.
const clipped = (value) => value.replace(/[A-Za-z0-9_.-]{60,}/g, (text) => `${text.slice(0, 24)}…${text.slice(-12)}`)

const code = (text) => h('pre', null, clipped(text))

function cookie(line) {
  const [pair, ...attributes] = line.split('; ')
  const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
  const kept = attributes.some((attribute) => attribute.toLowerCase() === 'httponly')
  const about = value === '' || value === '""' ? 'taken back' : kept ? 'kept from scripts' : 'scripts can read it'
  return h('div', { class: 'cookie' },
    h('p', null, h('b', null, 'Set-Cookie '), h('span', { class: 'mono' }, name), ' ', h('span', { class: 'chip' }, about)),
    h('p', { class: 'mono fine' }, attributes.join('; ')))
}

function token({ where, name, header, claims }) {
  return h('div', { class: 'token' },
    h('p', null, h('b', { class: 'mono' }, name), ' ', h('span', { class: 'chip' }, where)),
    h('dl', { class: 'claims' }, Object.entries({ ...claims }).map(([claim, value]) => h('div', null,
      h('dt', null, claim), h('dd', null, said(claim, value))))),
    h('p', { class: 'fine mono' }, Object.entries(header).map(([part, value]) => `${part} ${value}`).join(' · ')))
}

function said(claim, value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return times.has(claim) && typeof value === 'number' ? [text, ' ', h('span', { class: 'fine' }, moment(value))] : text
}

// tokenCard shows a token of a login.
export function tokenCard(name, text) {
  const decoded = decode(text)
  if (!decoded) return null
  return token({ where: 'decoded', name, ...decoded })
}
