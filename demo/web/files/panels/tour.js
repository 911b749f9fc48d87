// The first panel: what there is to try, and how far somebody has come.

import { h, show } from '../dom.js'
import { get } from '../store.js'
import { schemes } from '../schemes.js'
import { serverInfo } from '../wire.js'

// steps are those that can be done at this server.
function steps() {
  const { mounts, inbox, signups, registers, enrols } = serverInfo()
  const there = schemes.filter((scheme) => scheme.where())
  return [
    { title: 'Make an account', path: '/register', done: ['register'], here: signups || registers || enrols,
      text: 'by any protocol that has a registration.' },
    { title: 'Confirm the address', path: '/inbox', done: ['mail'], here: inbox && (signups || enrols),
      text: 'with the link in the mail, which is in the inbox here.' },
    { title: 'Log in', path: '/login', done: there.map((scheme) => 'login-' + scheme.id), here: there.length > 0, chips: there,
      text: 'in each way, and compare what comes back.' },
    { title: 'Call what is protected', path: '/call', done: ['call'], here: true, text: 'as one login, as another, and as nobody.' },
    { title: 'Refresh', path: '/logins', done: ['refresh'], here: there.some((scheme) => scheme.refresh),
      text: 'and watch the tokens rotate. Try an old one again.' },
    { title: 'Log out one device', path: '/logins', done: ['logout'], here: there.length > 0,
      text: 'of several. The others stay logged in.' },
    { title: 'Change or reset the password', path: '/password', done: ['password'], here: mounts['dj-rest-auth'] || mounts['ai-kit'],
      text: 'and see which logins end with it.' },
  ].filter((step) => step.here)
}

let list = null
let next = null

export const tour = {
  path: '/',
  title: 'Tour',
  draw() {
    list = h('ol', { class: 'tour' })
    next = h('div', { class: 'actions' })
    fill()
    return [
      h('h1', null, 'Try every way to log in'),
      h('p', { class: 'lead' }, 'This page talks to its server as any client would. Whatever you do, the requests and answers are shown ',
        'as well: headers, bodies, cookies, and what is written in tokens.'),
      list,
      next,
    ]
  },
  changed: () => fill(),
}

function fill() {
  const { done } = get()
  const all = steps().map((step) => ({ ...step, whole: step.done.every((each) => done.includes(each)) }))
  const first = all.find((step) => !step.whole)
  const { docs } = serverInfo()
  show(list, all.map((step) => row(step, done)))
  show(next, first && h('a', { class: 'primary', href: '#' + first.path }, `Next: ${first.title.toLowerCase()}`),
    !first && h('p', null, 'That was all of it.'),
    docs && h('a', { href: docs }, 'All endpoints, described'))
}

function row({ path, title, text, whole, chips }, done) {
  return h('li', { class: whole ? 'done' : '' },
    h('a', { href: '#' + path }, title), ' ', h('span', null, text),
    whole && h('span', { class: 'unseen' }, ' Done.'),
    chips && h('span', { class: 'chips' }, chips.map((scheme) => {
      const tried = done.includes('login-' + scheme.id)
      return h('span', { class: tried ? 'chip on' : 'chip' }, scheme.title, tried && h('span', { class: 'unseen' }, ' (done)'))
    })))
}
