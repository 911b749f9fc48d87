// The mails that the server has sent.

import { h, show } from '../dom.js'
import { mark } from '../store.js'
import { serverInfo } from '../wire.js'

const pause = 2000 // milliseconds between two looks
const address = /(https?:\/\/[^\s<>"]+)/

let list = null
let timer = 0
let seen = ''

export const inbox = {
  path: '/inbox',
  title: 'Inbox',
  draw() {
    list = h('div', { class: 'mails' })
    seen = ''
    clearTimeout(timer)
    if (serverInfo().inbox) look()
    return [
      h('h1', null, 'Inbox'),
      serverInfo().inbox
        ? h('p', { class: 'lead' }, 'Every mail of this server, to whomever. It looks for new ones by itself.')
        : h('p', { class: 'empty' }, `Mails are not shown here: EMAIL_BACKEND is ${serverInfo().mails}, and inbox would show them.`),
      list,
    ]
  },
  left() {
    clearTimeout(timer)
    list = null
  },
}

// look asks for mails, and again after a while for as long as the panel is open.
async function look() {
  const place = list
  try {
    const mails = await (await fetch('/demo/inbox/')).json()
    const now = mails.map((mail) => mail.id).join()
    if (place !== list) return
    if (now !== seen || mails.length === 0) fill(mails)
    seen = now
  } catch {
    if (place === list) show(place, h('p', { class: 'bad' }, 'The server does not answer.'))
  }
  if (place === list) timer = setTimeout(look, pause)
}

function fill(mails) {
  if (mails.length === 0) {
    if (!list.querySelector('.empty')) {
      show(list, h('p', { class: 'empty' }, 'No mails yet. ', h('a', { href: '#/register' }, 'Register'), ' or ',
        h('a', { href: '#/password' }, 'forget a password'), ', and there will be one.'))
    }
    return
  }
  show(list, mails.map((mail, index) => h('details', { class: 'mail', open: index === 0 },
    h('summary', null, h('span', { class: 'subject' }, mail.subject),
      h('span', { class: 'fine' }, `to ${mail.to} · ${new Date(mail.date).toLocaleTimeString()}`)),
    h('div', { class: 'text' }, linked(mail.text)))))
}

// linked makes links of the addresses in a text, if they lead to this server. They open in a tab of their own, so that
// the page is still there afterwards.
function linked(text) {
  return text.split(address).map((part, index) => {
    if (index % 2 === 0 || new URL(part).origin !== location.origin) return part
    const here = new URL(part).pathname.startsWith('/demo/')
    return h('a', { href: part, target: here ? null : '_blank', rel: 'noopener', onclick: () => mark('mail') }, part)
  })
}
