// Lists the operations of openapi.json. Texts are set as text, never as markup.
'use strict';

const element = (name, text, ...children) => {
	const made = document.createElement(name);
	if (text) made.textContent = text;
	made.append(...children);
	return made;
};

const show = (title, value) =>
	value === undefined
		? []
		: [element('p', title), element('pre', typeof value === 'string' ? value : JSON.stringify(value, null, 2))];

const exampleOf = (content) => {
	const media = content && Object.values(content)[0];
	if (!media) return undefined;
	return media.example ?? (media.examples && Object.values(media.examples)[0]?.value) ?? media.schema;
};

const operation = (method, path, op) => {
	const needs = element('span', op['x-permission']);
	needs.className = 'needs';
	const head = element('summary', '', element('b', method.toUpperCase()), element('code', path), needs);
	const parameters = (op.parameters ?? []).map((p) => `${p.name} (${p.in}) ${p.description ?? ''}`).join('\n');
	const answers = Object.entries(op.responses).flatMap(([status, response]) =>
		show(`${status}: ${response.description}`, exampleOf(response.content) ?? ''),
	);
	return element(
		'details', '', head, element('p', op.summary), element('p', op.description),
		...(parameters ? show('Parameters', parameters) : []),
		...show('Request', exampleOf(op.requestBody?.content)), ...answers,
	);
};

fetch('/api/v1/openapi.json')
	.then((response) => response.json())
	.then((api) => {
		document.getElementById('about').textContent = api.info.description;
		// In the order of the description's tags, which is the one that a reader needs.
		const groups = new Map((api.tags ?? []).map((tag) => [tag.name, []]));
		const about = new Map((api.tags ?? []).map((tag) => [tag.name, tag.description]));
		for (const [path, methods] of Object.entries(api.paths)) {
			for (const [method, op] of Object.entries(methods)) {
				const group = op.tags?.[0] ?? 'other';
				groups.set(group, [...(groups.get(group) ?? []), operation(method, path, op)]);
			}
		}
		for (const [group, operations] of groups) {
			document.getElementById('operations').append(element('h2', group), element('p', about.get(group)), ...operations);
		}
	})
	.catch((error) => {
		document.getElementById('about').textContent = `The description could not be loaded: ${error}`;
	});
