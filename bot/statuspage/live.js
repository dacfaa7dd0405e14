(() => {
const words = document.getElementById('live').dataset, every = 60000
let on = true, tag = null, last = Date.now()
const note = document.createElement('span'), button = document.createElement('button')
button.type = 'button'
const said = document.createElement('span')
said.setAttribute('role', 'status')
note.append(said, ' ', button)
const show = text => { said.textContent = text; button.textContent = on ? words.stop : words.start }
const place = () => { const link = document.querySelector('.reload'); if (link) link.replaceWith(note) }
const fetchPage = async () => {
last = Date.now()
try {
const answer = await fetch(location.href, {cache: 'no-cache'})
if (!answer.ok) throw 0
const now = answer.headers.get('etag')
if (now !== tag || tag === null) swap(await answer.text())
tag = now
show(words.live)
} catch { show(words.lost) }
}
const swap = text => {
const next = new DOMParser().parseFromString(text, 'text/html'), main = next.querySelector('main')
if (!main || String(getSelection())) return
const held = document.activeElement, inside = held.closest && held.closest('main')
if (inside && held.closest('form')) return
const href = inside && held.getAttribute('href'), pressed = held === button
document.querySelector('main').replaceWith(document.adoptNode(main))
document.title = next.title
place()
if (pressed) button.focus()
else if (href) [...main.querySelectorAll('a')].find(a => a.getAttribute('href') === href)?.focus()
}
button.onclick = () => { on = !on; show(on ? words.live : words.stopped); if (on) fetchPage() }
document.addEventListener('visibilitychange', () => { if (on && !document.hidden && Date.now() - last > every / 2) fetchPage() })
setInterval(() => { if (on && !document.hidden) fetchPage() }, every)
show(words.live)
place()
})()
