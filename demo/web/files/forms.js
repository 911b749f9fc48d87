// Forms: labelled fields, and what the server says about them.

import { announce, h, show } from './dom.js'

let count = 0

// field returns a labelled input. hint is said below it.
export function field(label, props, hint) {
  const id = `f${++count}`
  const about = `${id}-about`
  return h('div', { class: 'field' },
    h('label', { for: id }, label),
    h('input', { id, 'aria-describedby': about, autocapitalize: 'none', spellcheck: 'false', ...props }),
    h('p', { id: about, class: 'hint', dataset: { hint: hint ?? '' } }, hint ?? ''))
}

// choice returns a labelled select. options are [value, text] pairs.
export function choice(label, props, options, chosen) {
  const id = `f${++count}`
  return h('div', { class: 'field' },
    h('label', { for: id }, label),
    h('select', { id, ...props }, options.map(([value, text]) => h('option', { value, selected: value === chosen }, text))))
}

// form returns a form that calls onSend with its values, shows what comes back, and cannot be sent twice meanwhile.
// onSend returns an answer of the wire and, by said(answer), the words for a good one. others are more buttons.
export function form({ fields, button, onSend, said, name, others }) {
  const result = h('div', { class: 'result' })
  const submit = h('button', { type: 'submit', class: 'primary' }, button)
  return h('form', { novalidate: true, 'aria-label': name, onsubmit: async (event) => {
    event.preventDefault()
    const element = event.currentTarget
    if (submit.hasAttribute('aria-disabled')) return
    submit.setAttribute('aria-disabled', 'true') // a button that is disabled altogether loses the focus
    clear(element)
    show(result, h('p', { class: 'pending' }, 'Asking the server …'))
    const answer = await onSend(Object.fromEntries(new FormData(element)))
    submit.removeAttribute('aria-disabled')
    if (answer.ok) show(result, outcome(answer, said(answer)))
    else complain(element, result, answer)
  } }, fields, h('div', { class: 'actions' }, submit, others), result)
}

// outcome announces how a request went, and returns it for the page.
export function outcome(answer, good) {
  return announced(answer.ok ? h('p', { class: 'good' }, good) : h('p', { class: 'bad' }, problem(answer)))
}

function announced(line) {
  announce(line.textContent)
  return line
}

// problem is what a refusal says, in one line.
export function problem({ status, data }) {
  if (status === 0) return 'The server does not answer. Is it still running?'
  if (status === 429) return `Too many attempts (429). ${text(data?.detail)}`
  if (typeof data === 'string') return `${status}: ${data}`
  const said = data && (data.detail ?? data.error ?? data.non_field_errors ?? Object.values(data)[0])
  return said ? `${status}: ${text(said)}` : `The server refused (${status}).`
}

const text = (said) => (Array.isArray(said) ? said.map(text).join(' ') : words(String(said ?? '')))

// words makes words of a code, as ai-kit sends them.
const words = (code) => (/^[a-z_]+$/.test(code) ? code.replaceAll('_', ' ') + '.' : code)

function clear(element) {
  for (const input of element.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid')
  for (const hint of element.querySelectorAll('.hint')) {
    hint.classList.remove('fault')
    hint.textContent = hint.dataset.hint
  }
}

// complain puts every message next to its field and the rest below the form, and goes to the first field at fault.
function complain(element, result, answer) {
  const faults = answer.data && typeof answer.data === 'object' && !Array.isArray(answer.data) ? answer.data : {}
  const inputs = [...element.elements].filter((input) => input.name && input.name in faults)
  for (const input of inputs) {
    input.setAttribute('aria-invalid', 'true')
    const hint = document.getElementById(input.getAttribute('aria-describedby'))
    if (!hint) continue
    hint.classList.add('fault')
    hint.textContent = text(faults[input.name])
  }
  if (inputs.length === 0) {
    show(result, outcome(answer))
    return
  }
  show(result, announced(h('p', { class: 'bad' }, 'Please look at the marked fields.')))
  inputs[0].focus()
}
