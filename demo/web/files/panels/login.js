// Logs in by one of the schemes.

import { h } from '../dom.js'
import { field, form } from '../forms.js'
import { get } from '../store.js'
import { logIn, schemeBy, schemes } from '../schemes.js'

let chosen = ''

export const login = {
  path: '/login',
  title: 'Log in',
  draw() {
    const first = schemes.find((scheme) => scheme.where())
    if (!schemeBy(chosen)?.where()) chosen = first?.id ?? ''
    if (!first) return [h('h1', null, 'Log in'), h('p', { class: 'empty' }, 'This server has no login.')]
    return [
      h('h1', null, 'Log in'),
      h('p', { class: 'lead' }, 'There are several ways to stay logged in, which are called schemes. Try more than one, even one of them twice: each login is a device of its own.'),
      h('section', { class: 'card' }, form({
        name: 'Log in',
        fields: [
          h('fieldset', { class: 'cards' }, h('legend', null, 'Scheme'), schemes.map(option)),
          field('User name', { name: 'username', autocomplete: 'username', value: get().person.username, required: true }),
          field('Password', { name: 'password', type: 'password', autocomplete: 'current-password', required: true }),
        ],
        button: 'Log in',
        async onSend({ scheme, username, password }) {
          chosen = scheme
          const answer = await logIn(schemeBy(scheme), username, password)
          if (answer.data?.ident) answer.data.username = answer.data.ident // what this form calls it
          return answer
        },
        said: () => {
          const { logins } = get()
          return [`${logins.at(-1).username} is logged in as ${logins.at(-1).label}. `, h('a', { href: '#/call' }, 'Call something'), ' or ',
            h('a', { href: '#/logins' }, 'see all logins'), '.']
        },
      })),
    ]
  },
}

function option(scheme) {
  const where = scheme.where()
  const id = `scheme-${scheme.id}`
  return h('div', { class: where ? 'option' : 'option off' },
    h('input', { type: 'radio', name: 'scheme', id, value: scheme.id, checked: scheme.id === chosen, disabled: !where,
      'aria-describedby': `${id}-about` }),
    h('label', { for: id }, scheme.title),
    h('p', { id: `${id}-about` }, where ? scheme.text : scheme.missing(), where && h('span', { class: 'mono where' }, where)))
}
