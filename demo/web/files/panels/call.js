// Calls what is protected, as one of the logins or as nobody.

import { h, show } from '../dom.js'
import { choice, outcome } from '../forms.js'
import { get, loginBy, set } from '../store.js'
import { call as ask, schemeBy, whoami } from '../schemes.js'
import { serverInfo } from '../wire.js'
import { students } from './students.js'

export const call = {
  path: '/call',
  title: 'Call',
  draw() {
    const { mounts, everywhere } = serverInfo()
    const result = h('div', { class: 'result' })
    const fetching = (path) => async () => show(result, outcome(await ask(get().acting, { path }), 'It worked: see the answer.'))
    return [
      h('h1', null, 'Call what is protected'),
      h('section', { class: 'card' },
        who(),
        !everywhere && h('p', { class: 'fine' }, 'At this server the greeting and the students know people by JWTs in a header only.'),
        h('div', { class: 'actions' },
          mounts.hello && h('button', { type: 'button', class: 'primary', onclick: fetching(mounts.hello) }, `GET ${mounts.hello}`),
          h('button', { type: 'button', onclick: fetching(whoami) }, 'Who am I?')),
        result),
      mounts.students && students(mounts.students),
    ]
  },
}

// who chooses the login that calls.
function who() {
  const alive = get().logins.filter((login) => login.state === 'alive')
  const options = [['', 'Nobody'], ...alive.map((login) => [login.id, name(login)])]
  const chosen = alive.some((login) => login.id === get().acting) ? get().acting : ''
  if (chosen !== get().acting) set({ acting: chosen })
  return [
    choice('Login', { name: 'acting', onchange: (event) => set({ acting: event.target.value }) }, options, chosen),
    alive.length === 0 && h('p', { class: 'fine' }, 'There is no login yet. ', h('a', { href: '#/login' }, 'Log in'), ' first, or see how nobody is refused.'),
    alive.filter((login) => schemeBy(login.scheme).cookies).length > 1 && h('p', { class: 'fine' },
      'Both cookies go along with requests as either of these logins; the server goes by the JWT first.'),
  ]
}

const name = (login) => `${login.label} – ${login.username}, ${schemeBy(login.scheme).title}`

// nameOf names a login, for other panels.
export const nameOf = (id) => (loginBy(id) ? name(loginBy(id)) : 'Nobody')
