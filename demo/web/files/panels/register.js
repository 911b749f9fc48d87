// Makes accounts, and confirms the address where the link of a mail leads to this page.

import { h } from '../dom.js'
import { choice, field, form } from '../forms.js'
import { get, mark, set } from '../store.js'
import { send, serverInfo } from '../wire.js'

const protocols = [
  {
    id: 'dj-rest-auth', title: 'dj-rest-auth, at /dj-rest-auth/registration/', on: (server) => server.signups,
    path: (mounts) => mounts['dj-rest-auth'] + 'registration/',
    body: ({ username, email, password }) => ({ username, email, password1: password, password2: password }),
  },
  {
    id: 'ai-kit', title: 'django-ai-kit-auth, at /api/v1/auth/register/', on: (server) => server.enrols,
    path: (mounts) => mounts['ai-kit'] + 'register/',
    body: ({ username, email, password }) => ({ username, email, password }),
  },
  {
    id: 'authtoken', title: 'django-rest-authtoken, at /auth/register/', on: (server) => server.registers,
    path: (mounts) => mounts.authtoken + 'register/',
    body: ({ username, email, password }) => ({ username, email, password }),
  },
]

export const register = {
  path: '/register',
  title: 'Register',
  draw() {
    const server = serverInfo()
    const there = protocols.filter((protocol) => protocol.on(server))
    return [
      h('h1', null, 'Make an account'),
      get().link?.for === '/register' && activation(get().link),
      there.length === 0
        ? h('p', { class: 'empty' }, 'Nobody can register at this server. Make an account with ', h('span', { class: 'mono' }, 'watchword createuser'), '.')
        : signup(there, server),
    ]
  },
}

function signup(there, server) {
  return h('section', { class: 'card' },
    h('p', null, 'Each protocol is that of a Django package. Their addresses, fields and words differ; the account is the same, and good for every login.'),
    form({
      name: 'Make an account',
      fields: [
        choice('Protocol', { name: 'protocol' }, there.map((protocol) => [protocol.id, protocol.title])),
        field('User name', { name: 'username', autocomplete: 'username', required: true }),
        field('E-mail address', { name: 'email', type: 'email', autocomplete: 'email', required: true },
          server.inbox ? 'Any address will do: mails go nowhere but to the inbox here.' : ''),
        field('Password', { name: 'password', type: 'password', autocomplete: 'new-password', required: true },
          'At least eight characters, and not a common one.'),
      ],
      button: 'Register',
      async onSend(values) {
        const protocol = there.find((each) => each.id === values.protocol)
        const answer = await send({ title: 'Register', method: 'POST', path: protocol.path(server.mounts), body: protocol.body(values) })
        if (answer.ok) {
          set({ person: { username: values.username, email: values.email } })
          mark('register')
        } else if (answer.data?.password1) {
          answer.data.password = answer.data.password1 // what this form calls it
        }
        return answer
      },
      said: () => ['The account is made. ', server.inbox
        ? h('a', { href: '#/inbox' }, 'Confirm the address: the link is in the inbox')
        : `A mail with a link is on its way (EMAIL_BACKEND is ${server.mails}).`],
    }))
}

// activation confirms by a link of ai-kit, which leads to a page of the application: here to this one.
function activation(link) {
  return h('section', { class: 'card' },
    h('h2', null, 'Confirm your address'),
    h('p', null, 'The link in the mail led to this page, which hands over what was in it.'),
    form({
      name: 'Confirm your address',
      fields: [],
      button: 'Confirm my address',
      async onSend() {
        const answer = await send({ title: 'Activate', method: 'POST', path: serverInfo().mounts['ai-kit'] + 'activate_email/',
          body: { ident: link.ident, token: link.token } })
        set({ link: null })
        if (answer.ok) mark('mail')
        return answer
      },
      said: () => ['The address is confirmed. ', h('a', { href: '#/login' }, 'Log in')],
    }))
}
