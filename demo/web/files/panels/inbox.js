// The mails that the server has sent.

import { announce, h, show } from '../dom.js'
import { mark } from '../store.js'
import { serverInfo } from '../wire.js'

const pause = 2000 // milliseconds between two looks
const address = /(https?:\/\/[^\s<>"]+)/

let list = null
let timer = 0
const seen = new Set()

export const inbox = {
  path: '/inbox',
  title: 'Inbox',
  draw() {
    list = h('div', { class: 'mails' })
    seen.clear()
    clearTimeout(timer)
    if (serverInfo().inbox) look()
    return [
      h('h1', null, 'Inbox'),
      serverInfo().inbox
        ? h('p', { class: 'lead' }, 'Every mail that this server has sent, to anybody. New ones appear by themselves.')
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
    if (place === list) fill(mails)
  } catch {
    seen.clear()
    if (place === list) show(place, h('p', { class: 'bad' }, 'The server does not answer.'))
  }
  if (place === list) timer = setTimeout(look, pause)
}

// fill puts new mails on top and leaves the others alone, one of which somebody may be reading.
function fill(mails) {
  const fresh = mails.filter((mail) => !seen.has(mail.id))
  if (seen.size === 0) show(list, mails.length === 0 && empty())
  if (fresh.length === 0) return
  for (const mail of fresh) seen.add(mail.id)
  list.prepend(...fresh.map((mail, index) => entry(mail, index === 0)))
  announce(`The newest mail: ${fresh[0].subject}, to ${fresh[0].to}`)
}

const empty = () => h('p', { class: 'empty' }, 'No mails yet. ', h('a', { href: '#/register' }, 'Register'), ' or ',
  h('a', { href: '#/password' }, 'forget a password'), ', and there will be one.')

const entry = (mail, open) => h('details', { class: 'mail', open },
  h('summary', null, h('h2', { class: 'subject' }, mail.subject), ' ',
    h('span', { class: 'fine' }, `to ${mail.to} · ${new Date(mail.date).toLocaleTimeString()}`)),
  h('div', { class: 'text' }, linked(mail.text)))

// linked makes links of the addresses in a text, if they lead to this server. They open in a tab of their own, so that
// the page is still there afterwards, unless they lead to it.
function linked(text) {
  return text.split(address).map((part, index) => {
    if (index % 2 === 0 || new URL(part).origin !== location.origin) return part
    const here = new URL(part).pathname.startsWith('/demo/')
    return h('a', { href: part, target: here ? null : '_blank', rel: 'noopener', onclick: () => mark('mail') }, part,
      !here && h('span', { class: 'unseen' }, ' (opens in a new tab)'))
  })
}
