// The first panel: what there is to try, and how far somebody has come.

import { h, show } from '../dom.js'
import { get } from '../store.js'
import { schemes } from '../schemes.js'

const steps = () => [
  { title: 'Make an account', path: '/register', done: ['register'], text: 'by any of the protocols that can.' },
  { title: 'Confirm the address', path: '/inbox', done: ['mail'], text: 'with the link in the mail, which is in the inbox here.' },
  { title: 'Log in', path: '/login', done: schemes.map((scheme) => 'login-' + scheme.id), chips: true,
    text: 'by each scheme, and compare what comes back.' },
  { title: 'Call what is protected', path: '/call', done: ['call'], text: 'as one login, as another, and as nobody.' },
  { title: 'Refresh', path: '/logins', done: ['refresh'], text: 'and watch the tokens rotate. Try an old one again.' },
  { title: 'Log out one device', path: '/logins', done: ['logout'], text: 'of several. The others stay logged in.' },
  { title: 'Change or reset the password', path: '/password', done: ['password'], text: 'and see what becomes of the logins.' },
]

let list = null

export const tour = {
  path: '/',
  title: 'Tour',
  draw() {
    list = h('ol', { class: 'tour' })
    fill()
    return [
      h('h1', null, 'Try every way to log in'),
      h('p', { class: 'lead' }, 'This page talks to its server as any client would. Whatever you do, the requests and answers are shown ',
        'with it: headers, bodies, cookies, and what is written in tokens.'),
      list,
      h('div', { class: 'actions' }, h('a', { class: 'primary', href: '#/register' }, 'Begin with an account')),
    ]
  },
  changed: () => fill(),
}

function fill() {
  const { done } = get()
  show(list, steps().map((step) => {
    const count = step.done.filter((each) => done.includes(each)).length
    const whole = count === step.done.length
    return h('li', { class: whole ? 'done' : '' },
      h('a', { href: '#' + step.path }, step.title), ' ', h('span', null, step.text),
      whole && h('span', { class: 'unseen' }, ' Done.'),
      step.chips && h('span', { class: 'chips' }, schemes.map((scheme) => {
        const tried = done.includes('login-' + scheme.id)
        return h('span', { class: tried ? 'chip on' : 'chip' }, scheme.title, tried && h('span', { class: 'unseen' }, ' (done)'))
      })))
  }))
}
