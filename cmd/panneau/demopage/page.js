// The story is shown by the server, minute by minute; this only asks for the next minute, and puts in place what changed.
(() => {
const body = document.body, last = Number(body.dataset.last)
const bar = document.getElementById('minute'), note = document.getElementById('note')
const button = document.getElementById('lecture'), speed = document.getElementById('vitesse')
const tick = 500
let here = Number(body.dataset.minute), goal = here, playing = false, busy = false, exact = here

const say = text => { if (note.textContent !== text) note.textContent = text }
const set = on => { playing = on; button.textContent = on ? 'Pause' : 'Lire'; exact = here }
// What changed last in a chat is brought into its view: an edit may stand far above the newest message. Of one that is too
// long the end of its text matters more than its buttons.
const reveal = room => {
	const fresh = [...room.querySelectorAll('.new')].pop(), log = room.parentElement
	if (!fresh) return
	const end = fresh.offsetHeight > log.clientHeight ? fresh.querySelector('.body') : fresh
	log.scrollTop += end.getBoundingClientRect().bottom - log.getBoundingClientRect().bottom
}
const put = text => {
	const next = new DOMParser().parseFromString(text, 'text/html')
	for (const id of ['horloge', 'reperes', 'pas', 'etat', 'compte', 'bilan', 'recit', ...[...document.querySelectorAll('[id^=salon-]')].map(e => e.id)]) {
		const old = document.getElementById(id), now = next.getElementById(id)
		if (!now || old.isEqualNode(now)) continue
		const held = old.contains(document.activeElement) && document.activeElement
		const place = held ? [...old.querySelectorAll('button, a')].indexOf(held) : -1
		old.replaceWith(document.adoptNode(now))
		if (id.startsWith('salon-')) reveal(now)
		if (place >= 0) now.querySelectorAll('button, a')[place]?.focus()
	}
	for (const name of ['minute', 'front']) body.dataset[name] = next.body.dataset[name]
	document.title = next.title
	here = Number(body.dataset.minute)
	const clock = document.querySelector('#horloge time').textContent
	bar.setAttribute('aria-valuetext', clock)
	return clock
}
const ask = async (path, fields) => {
	busy = true
	try {
		const answer = await fetch(path, fields ? {method: 'POST', body: new URLSearchParams(fields)} : {})
		const text = await answer.text()
		if (!answer.ok) throw new Error(text)
		return put(text)
	} catch (e) {
		set(false)
		goal = here
		say(e instanceof TypeError ? 'La démonstration ne répond plus : est-elle arrêtée ?' : e.message)
		return null
	} finally { busy = false }
}
const follow = async () => {
	if (busy) return
	if (playing) {
		exact = Math.min(last, exact + speed.value * tick / 1000)
		goal = Math.max(goal, Math.floor(exact))
	}
	if (goal !== here) {
		const ahead = goal > Number(body.dataset.front)
		const clock = await ask(ahead ? '/aller' : '/?minute=' + goal, ahead && {minute: goal, bref: 1})
		if (clock && here < goal && !playing) say('Le récit avance : ' + clock)
		if (clock && here === goal && !playing) say('')
		if (playing) exact = Math.min(exact, here + speed.value), goal = here
		if (document.activeElement !== bar || playing) bar.value = here
	}
	if (playing && here === last) { set(false); say('Le récit est fini.') }
}
const go = minute => { goal = Math.max(0, Math.min(last, minute)); exact = goal; bar.value = goal; follow() }

button.onclick = () => { set(!playing); if (playing && here === last) go(0); follow() }
bar.oninput = () => go(Number(bar.value))
document.addEventListener('submit', async event => {
	const form = event.target, fields = new FormData(form, event.submitter)
	event.preventDefault()
	if (form.action.endsWith('/aller')) {
		go(Number(fields.get('minute')) + Number(fields.get('pas') || 0))
		return
	}
	while (busy) await new Promise(done => setTimeout(done, 50))
	const press = form.action.endsWith('/appuyer')
	say(press ? 'Bouton appuyé.' : 'Message envoyé.')
	if (await ask(press ? '/appuyer' : '/dire', fields)) {
		goal = exact = here
		bar.value = here
		say('Réponse affichée.')
		if (form.classList.contains('write')) form.reset()
	}
})
document.querySelectorAll('[id^=salon-]').forEach(reveal)
button.parentElement.hidden = false
body.classList.add('live')
setInterval(follow, tick)
})()
