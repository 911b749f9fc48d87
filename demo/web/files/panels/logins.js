// All logins of this page, each as if on a device of its own: refresh, verify, call and log out one of them.

import { goTo, h, show } from '../dom.js'
import { outcome } from '../forms.js'
import { tokenCard } from '../log.js'
import { get, set } from '../store.js'
import { call, logOut, lookAround, refresh, schemeBy, whoami } from '../schemes.js'
import { short } from '../tokens.js'

const states = { alive: 'logged in', ended: 'logged out', replaced: 'replaced by a later login' }

let list = null
let drawn = null
const said = new Map() // what came of the last action on a login

export const logins = {
  path: '/logins',
  title: 'Devices',
  draw() {
    list = h('div', { class: 'logins' })
    said.clear()
    drawn = null
    fill()
    lookAround()
    return [
      h('h1', null, 'Devices'),
      h('p', { class: 'lead' }, 'Every login is one device. Ending one leaves the others alone; a new password ends them all, or all but the one that set it.'),
      list,
    ]
  },
  changed: () => list && fill(),
  left() {
    list = null
  },
}

function fill() {
  const all = get().logins
  if (all === drawn) return
  drawn = all
  if (all.length === 0) {
    show(list, h('p', { class: 'empty' }, 'Nobody has logged in on this page yet. ', h('a', { href: '#/login' }, 'Log in'),
      ', best more than once.'))
    return
  }
  const back = where()
  show(list, all.toReversed().map(card),
    all.some((login) => login.state !== 'alive') && h('div', { class: 'actions' }, h('button', { type: 'button', class: 'quiet',
      onclick: () => forget(all) }, 'Forget the logins that are over')))
  back()
}

function forget(all) {
  set({ logins: all.filter((login) => login.state === 'alive') })
  goTo(document.querySelector('#panel h1')) // the button is gone
}

// where remembers what is open and which button has the focus. What it returns brings both back to cards that are new: the
// focus to the heading of the card, if there is no such button any more.
function where() {
  const cardOf = (element) => element.closest('.login')?.dataset.login
  const find = (id, what) => list.querySelector(`[data-login="${id}"] ${what}`)
  const open = [...list.querySelectorAll('details[open]')].map(cardOf)
  const [at, action] = [cardOf(document.activeElement), document.activeElement.dataset.action]
  return () => {
    for (const id of open) find(id, 'details')?.setAttribute('open', '')
    if (!at || !list.querySelector(`[data-login="${at}"]`)) return
    const same = find(at, `[data-action="${action}"]`)
    if (same) same.focus()
    else goTo(find(at, 'h2'))
  }
}

function card(login) {
  const scheme = schemeBy(login.scheme)
  const heading = `login-${login.id}`
  const act = (work, good) => async () => {
    const answer = await work()
    said.set(login.id, outcome(answer, good))
    drawn = null
    if (list) fill()
    if (!answer.ok) lookAround() // an old refresh token, used once more, ends its login
  }
  const button = (text, work, good) => h('button', { type: 'button', dataset: { action: text }, 'aria-describedby': heading,
    onclick: act(work, good) }, text)
  const alive = login.state === 'alive'
  return h('article', { class: alive ? 'card login' : 'card login over', dataset: { login: login.id } },
    h('div', { class: 'login-head' },
      h('h2', { id: heading }, login.label),
      h('span', { class: alive ? 'chip on' : 'chip' }, states[login.state])),
    h('p', null, `${login.username}, by ${scheme.title.toLowerCase().replace('jwt', 'JWT')}, since ${new Date(login.since).toLocaleTimeString()}`),
    credential(login, scheme),
    h('div', { class: 'actions' },
      button('Who am I?', () => call(login.id, { path: whoami }), 'The server knows this login.'),
      alive && scheme.refresh && button('Refresh', () => refresh(login), 'Refreshed: there are new tokens.'),
      alive && scheme.verify && button('Verify', () => scheme.verify(login), 'The access token is good.'),
      alive && login.spent && button('Use the old refresh token', () => scheme.refresh(login, login.spent), 'The old one still works.'),
      alive && button('Log out', () => logOut(login), 'Logged out. Ask “Who am I?” on the others.')),
    h('div', { class: 'result' }, said.get(login.id)))
}

// credential shows what the login has in its hands.
function credential(login, scheme) {
  if (scheme.cookies) return h('p', { class: 'fine' }, 'Its credential is in cookies that this page cannot read.')
  if (login.token) return h('p', { class: 'mono fine' }, short(login.token))
  return h('details', { class: 'more' }, h('summary', { dataset: { action: 'Tokens' }, 'aria-describedby': `login-${login.id}` }, 'Tokens'), tokenCard('access', login.access), tokenCard('refresh', login.refresh))
}
