// What a reader of the demonstration does, by what is written on the page. Every function waits until it can do its part,
// and throws when it never can.

(() => {
  const patience = 15000 // milliseconds
  const main = () => document.getElementById('panel')

  async function until(what, find) {
    for (const end = Date.now() + patience; Date.now() < end; await new Promise((wake) => setTimeout(wake, 15))) {
      const found = find()
      if (found) return found
    }
    throw new Error(`${what}: not on the page, which says: ${document.body.innerText.slice(0, 1500)}`)
  }

  const named = (elements, name) => [...elements].find((each) => each.innerText.trim() === name && each.checkVisibility())

  const area = (place) => (place ? until(place, () => [...main().querySelectorAll('.card, form')].find((each) =>
    [each.getAttribute('aria-label'), each.querySelector('h2')?.innerText].includes(place))) : main())

  // What the browser complains of: what the policy of the page forbids, and what its scripts did not expect.
  const complaints = []
  for (const kind of ['securitypolicyviolation', 'error', 'unhandledrejection']) {
    addEventListener(kind, ({ violatedDirective, message, reason }) => complaints.push(`${kind}: ${violatedDirective ?? message ?? reason}`))
  }

  const name = (element) => `${element.computedRole} ${element.computedName}`
  const focusable = () => [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex]')].filter((each) => each.checkVisibility())

  // unseen says why somebody who looks for the focus does not see it.
  function unseen(element) {
    const box = element.getBoundingClientRect()
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    const ring = [element, element.nextElementSibling, element.closest('.option')]
    if (!ring.some((each) => each && getComputedStyle(each).outlineStyle !== 'none')) return 'no ring'
    return top && (element.contains(top) || top.closest('label')?.control === element || element.parentElement.contains(top)) ? '' : 'covered, or off the screen'
  }

  window.reader = {
    // open goes to a panel by the navigation.
    async open(title) {
      const link = await until(title, () => named(document.querySelectorAll('#steps a'), title))
      link.click()
      await until(title, () => link.getAttribute('aria-current') === 'page')
      document.activeElement.blur() // after a mouse there is no ring around the heading
    },
    // fill types into the field of that label.
    async fill(label, value, place) {
      const within = await area(place)
      const found = await until(label, () => named(within.querySelectorAll('label'), label))
      const input = document.getElementById(found.htmlFor)
      if (input.type === 'radio') return input.click()
      input.value = input.tagName === 'SELECT' ? [...input.options].find((each) => each.text.startsWith(value)).value : value
      input.dispatchEvent(new Event('change', { bubbles: true }))
    },
    // press presses a button and returns what came of it: the newest exchange, and what is said about it.
    async press(name, place) {
      const before = document.querySelector('.exchange')?.dataset.id
      const within = await area(place)
      const button = await until(name, () => named(within.querySelectorAll('button, a.primary'), name))
      button.click()
      const entry = await until('an exchange after ' + name, () => {
        const newest = document.querySelector('.exchange')
        return newest && newest.dataset.id !== before && newest.querySelector('.exchange-body') &&
          !main().querySelector('.pending') && newest
      })
      const said = [...main().querySelectorAll('.result')].find((each) => each.querySelector('.good, .bad')) ?? main()
      return { method: entry.querySelector('.method').innerText, path: entry.querySelector('.path').innerText,
        status: Number(entry.querySelector('.status').innerText), entry: entry.innerText, said: said.innerText }
    },
    // says waits until a card says something.
    async says(place, text) {
      await until(`${place}: ${text}`, () => [...main().querySelectorAll('.card')].some((each) =>
        each.querySelector('h2')?.innerText === place && each.innerText.includes(text)))
    },
    // mailed waits for a mail with that subject to somebody, and returns the link in it.
    async mailed(subject, to) {
      const mail = await until(subject, () => [...document.querySelectorAll('.mail')].find((each) =>
        each.querySelector('.subject').textContent === subject && each.querySelector('.fine').textContent.includes(to)))
      mail.open = true
      return mail.querySelector('a').href
    },
    dress: async (theme) => {
      document.querySelector(`input[name=theme][value=${theme}]`).click()
    },
    text: () => document.body.innerText,
    // focus says what has the focus, as Chromium tells it to screen readers, and why it cannot be seen.
    focus: () => {
      const element = document.activeElement
      return element === document.body ? { on: '', unseen: '' } : { on: name(element), unseen: unseen(element) }
    },
    // hears waits until a text is announced, and forgets what was announced before.
    async hears(text) {
      const log = document.getElementById('announce')
      await until('announced ' + text, () => log.textContent.includes(text))
      log.replaceChildren()
    },
    // reaches waits until something has the focus.
    async reaches(on) {
      await until('the focus on ' + on, () => name(document.activeElement).startsWith(on))
    },
    // overflows names what is wider than the page.
    overflows: () => [...document.querySelectorAll('body *')].filter((each) => each.checkVisibility() &&
      !each.closest('.unseen, .skip') && each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
      .map((each) => each.outerHTML.slice(0, 120)),
    // faults is what axe finds by the rules of WCAG 2.2, levels A and AA, or by those about colours alone, and slips.
    // Of the exchanges, which look alike, the first do.
    async faults(colours) {
      const all = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }
      const found = await axe.run({ exclude: ['.exchange:nth-child(n+4)'] }, { runOnly: colours ? { type: 'rule', values: ['color-contrast'] } : all })
      return [...this.slips(),
        ...found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`)]
    },
    // slips is what axe does not look for: what can have the focus and has no name for Chromium, equal ids, headings, and
    // complaints of the browser.
    slips() {
      const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
      return [
        ...focusable().filter((each) => !each.computedName).map((each) => 'without a name: ' + each.outerHTML.slice(0, 120)),
        ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => 'two of id ' + id),
        ...(document.querySelectorAll('h1').length === 1 ? [] : ['not one h1']),
        ...complaints,
      ]
    },
  }
})()
