// Changes a password, and sets a new one where the old one is forgotten.

import { h } from '../dom.js'
import { choice, field, form } from '../forms.js'
import { get, mark, set } from '../store.js'
import { call, schemeBy } from '../schemes.js'
import { send, serverInfo } from '../wire.js'
import { nameOf } from './call.js'

export const password = {
  path: '/password',
  title: 'Password',
  draw() {
    const { mounts } = serverInfo()
    return [
      h('h1', null, 'Password'),
      mounts['ai-kit'] && get().link?.for === '/password' && chosen(get().link),
      mounts['dj-rest-auth'] && change(mounts['dj-rest-auth']),
      (mounts['dj-rest-auth'] || mounts['ai-kit']) ? forgotten(mounts)
        : h('p', { class: 'empty' }, 'This server has no protocol that changes or resets passwords.'),
    ]
  },
}

// owner tells password managers whose password a form is about. It is not sent.
const owner = () => h('input', { autocomplete: 'username', value: get().person.username, hidden: true })

// change asks for the old password. It is dj-rest-auth's, which knows people by JWTs here.
function change(mount) {
  const able = get().logins.filter((login) => login.state === 'alive' && ['jwt', 'cookies'].includes(schemeBy(login.scheme).id))
  return h('section', { class: 'card' },
    h('h2', null, 'Change the password'),
    h('p', null, 'This logs all other devices of the account out.'),
    able.length === 0
      ? h('p', { class: 'empty' }, 'For this you must be logged in by JWT, in the body or in cookies. ', h('a', { href: '#/login' }, 'Log in'))
      : form({
        name: 'Change the password',
        fields: [
          owner(),
          choice('Login', { name: 'as' }, able.map((login) => [login.id, nameOf(login.id)])),
          field('Old password', { name: 'old_password', type: 'password', autocomplete: 'current-password' }),
          field('New password', { name: 'new_password1', type: 'password', autocomplete: 'new-password' }),
          field('New password once more', { name: 'new_password2', type: 'password', autocomplete: 'new-password' }),
        ],
        button: 'Change the password',
        async onSend({ as, ...body }) {
          const answer = await call(as, { title: 'Change the password', method: 'POST', path: mount + 'password/change/', body })
          if (answer.ok) mark('password')
          return answer
        },
        said: () => ['The password is changed. ', h('a', { href: '#/logins' }, 'See which devices are still logged in')],
      }))
}

// forgotten asks for a mail with a link.
function forgotten(mounts) {
  const ways = [['dj-rest-auth', 'dj-rest-auth: the link leads to a page of the server'],
    ['ai-kit', 'django-ai-kit-auth: the link leads into this application']].filter(([name]) => mounts[name])
  return h('section', { class: 'card' },
    h('h2', null, 'Forgotten?'),
    h('p', null, 'A mail brings a link to set a new one. The answer is the same whether anybody has the address or not.'),
    form({
      name: 'Ask for a link',
      fields: [
        choice('Protocol', { name: 'protocol' }, ways),
        field('E-mail address', { name: 'email', type: 'email', autocomplete: 'email', value: get().person.email }),
      ],
      button: 'Mail me a link',
      async onSend({ protocol, email }) {
        const [path, body] = protocol === 'ai-kit' ? [mounts['ai-kit'] + 'send_pw_reset_email/', { ident: email }]
          : [mounts['dj-rest-auth'] + 'password/reset/', { email }]
        const answer = await send({ title: 'Forgot the password', method: 'POST', path, body })
        if (answer.ok) mark('password')
        return answer
      },
      said: () => serverInfo().inbox ? ['If somebody has that address, the link is ', h('a', { href: '#/inbox' }, 'in the inbox'), '.']
        : 'If somebody has that address, a mail with a link is on its way.',
    }))
}

// chosen sets a new password by a link of ai-kit, which leads to this page.
function chosen(link) {
  return h('section', { class: 'card' },
    h('h2', null, 'Choose a new password'),
    h('p', null, 'The link in the mail led to this page.'),
    form({
      name: 'Choose a new password',
      fields: [owner(), field('New password', { name: 'password', type: 'password', autocomplete: 'new-password' })],
      button: 'Set the password',
      async onSend({ password: text }) {
        const answer = await send({ title: 'Reset the password', method: 'POST', path: serverInfo().mounts['ai-kit'] + 'reset_password/',
          body: { ident: link.ident, token: link.token, password: text } })
        if (answer.ok) {
          mark('password')
          set({ link: { ...link, used: true } })
        }
        return answer
      },
      said: () => ['The new password is set. ', h('a', { href: '#/login' }, 'Log in with it')],
    }))
}
