// The page: which panel is shown, and the frame around it.

import { goTo, h, show } from './dom.js'
import { startLog } from './log.js'
import { get, set, subscribe } from './store.js'
import { learn } from './wire.js'
import { tour } from './panels/tour.js'
import { register } from './panels/register.js'
import { inbox } from './panels/inbox.js'
import { login } from './panels/login.js'
import { call } from './panels/call.js'
import { logins } from './panels/logins.js'
import { password } from './panels/password.js'

// Every panel has a path, a title, and draw(), which returns what is in it; some have changed(), called when the state is
// another one, and left().
const panels = [tour, register, inbox, login, call, logins, password]

const main = document.getElementById('panel')
let current = null

async function start() {
  takeLink()
  for (const shortcut of document.querySelectorAll('[data-to]')) shortcut.addEventListener('click', jump)
  try {
    const server = await learn()
    banner(server)
  } catch {
    show(main, h('h1', null, 'The server does not answer'), h('p', null, 'Start it again, and then reload this page.'),
      h('div', { class: 'actions' }, h('button', { class: 'primary', onclick: () => location.reload() }, 'Reload')))
    return
  }
  startLog()
  document.getElementById('steps').append(...panels.map(({ path, title }) =>
    h('li', null, h('a', { href: '#' + path, dataset: { title } }, title))))
  subscribe((state) => current?.changed?.(state))
  addEventListener('hashchange', () => open(true))
  open(false)
}

// jump goes to a part of the page, as links to it would if addresses did not name panels here.
function jump(event) {
  event.preventDefault()
  const part = document.getElementById(event.currentTarget.dataset.to)
  part.scrollIntoView()
  goTo(part.querySelector('h1, h2'))
}

// takeLink takes what a link of a mail has brought along out of the address, where it does not belong for long.
function takeLink() {
  const query = new URLSearchParams(location.search)
  const kind = { '/demo/activate/': '/register', '/demo/reset/': '/password' }[location.pathname]
  if (!kind) return
  if (query.has('token')) {
    set({ link: { for: kind, ident: query.get('ident'), token: query.get('token') } })
  }
  history.replaceState(null, '', '/demo/#' + kind)
}

// open shows the panel that the address names.
function open(moved) {
  const path = location.hash.slice(1) || '/'
  current?.left?.()
  current = panels.find((panel) => panel.path === path) ?? tour
  document.title = `${current.title} – Try Watchword`
  show(main, current.draw())
  for (const link of document.querySelectorAll('#steps a')) {
    if (link.hash === '#' + current.path) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  if (moved) {
    scrollTo(0, 0)
    goTo(main.querySelector('h1'))
  }
}

function banner(server) {
  const line = document.getElementById('banner')
  const where = server.data ? [' Accounts are kept in ', h('span', { class: 'mono' }, server.data), '.'] : []
  const mails = server.inbox ? ' Mails are shown to everybody who opens this page.' : ''
  show(line, h('b', null, 'This is a demonstration.'), where, mails, ' Use no password that you use elsewhere.')
  line.hidden = false
}

// The state outlives a reload, but a link that was used up does not.
if (get().link?.used) set({ link: null })
start()
