// Chooses the colours before anything is drawn, and keeps the choice.
(() => {
  const key = 'watchword-demo-theme'
  const root = document.documentElement
  const kept = () => localStorage.getItem(key) ?? 'system'
  const apply = (theme) => {
    if (theme === 'system') delete root.dataset.theme
    else root.dataset.theme = theme
  }
  apply(kept())
  document.addEventListener('DOMContentLoaded', () => {
    for (const choice of document.querySelectorAll('input[name=theme]')) {
      choice.checked = choice.value === kept()
      choice.addEventListener('change', () => {
        localStorage.setItem(key, choice.value)
        apply(choice.value)
      })
    }
  })
})()
