// The page of the fake shop: reads and writes through /twin/… alone.

const $ = (id) => document.getElementById(id);
const REFRESH_MS = 2000;
const MINUS = '\u2212';
const state = { tab: 'stock', locations: [], shown: {}, last: Promise.resolve() };

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

async function ask(path, body) {
  const options = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`/twin/${path}`, { ...options, headers });
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = { errors: text };
  }
  if (!response.ok) throw new Error(answer.errors ?? `The shop answers ${response.status}.`);
  return answer;
}

let noticeTimer;
function notice(text, bad = false) {
  clearTimeout(noticeTimer);
  $('notice').textContent = text;
  $('notice').className = bad ? 'bad' : '';
  $('notice').hidden = false;
  noticeTimer = setTimeout(() => ($('notice').hidden = true), 6000);
}

/** Does something, says what came of it, and looks again. */
async function act(path, body, done) {
  try {
    const answer = await ask(path, body);
    notice(typeof done === 'function' ? done(answer) : done);
    await refresh();
    return true;
  } catch (error) {
    // What stands behind the sheet isn't seen.
    if (!$('sheet').open) notice(error.message, true);
    $('sheet-error').textContent = error.message;
    $('sheet-error').hidden = false;
    return false;
  }
}

/** Whether there is something new to show: what is the same stays, with its focus. */
function isNew(what, data) {
  const text = JSON.stringify([data, state.locations]);
  const was = state.shown[what];
  state.shown[what] = text;
  return was !== text;
}

const number = (value) => (value < 0 ? `${MINUS}${-value}` : String(value));
const signed = (value) => (value > 0 ? `+${value}` : number(value));
const place = (id) => state.locations.find((it) => it.location_id === id)?.name ?? `Location ${id}`;
const button = (label, onclick, className = '') =>
  element('button', { type: 'button', textContent: label, onclick, className });

// ── The sheet: one form for everything that needs a number ──

let onSheet = null;

function sheet({ title, about, fields, action, run }) {
  $('sheet-title').textContent = title;
  $('sheet-about').textContent = about;
  $('sheet-do').textContent = action;
  $('sheet-fields').replaceChildren(
    ...fields.map((field) => {
      const input = field.options
        ? element(
            'select',
            { name: field.name },
            ...field.options.map(([value, label]) =>
              element('option', { value, textContent: label }),
            ),
          )
        : element('input', {
            name: field.name,
            type: field.text ? 'text' : 'number',
            value: field.value,
            required: true,
            step: 1,
            ...(field.min === undefined ? {} : { min: field.min }),
          });
      return element('label', {}, element('span', { textContent: field.label }), input);
    }),
  );
  $('sheet-error').hidden = true;
  onSheet = run;
  $('sheet').showModal();
}

$('sheet-close').onclick = () => $('sheet').close();
$('sheet-form').onsubmit = async (event) => {
  event.preventDefault();
  const values = Object.fromEntries(new FormData($('sheet-form')));
  if (await onSheet(values)) $('sheet').close();
};

const quantity = { name: 'quantity', label: 'Quantity', value: 1, min: 1 };
const where = (levels, label = 'Location', any = null) => ({
  name: 'location',
  label,
  options: [
    ...(any ? [['', any]] : []),
    ...levels.map((level) => [level.location_id, place(level.location_id)]),
  ],
});

function buy(item) {
  sheet({
    title: 'Buy online',
    about: item.title,
    action: 'Place the order',
    fields: [quantity, where(item.levels, 'Sent from', 'Wherever there is some')],
    run: (form) => {
      const line = { item_id: item.item_id, quantity: Number(form.quantity) };
      if (form.location) line.location_id = Number(form.location);
      return act('orders', { lines: [line] }, (order) => `Order ${order.name} is placed.`);
    },
  });
}

function sell(item) {
  sheet({
    title: 'Sell at a till',
    about: item.title,
    action: 'Sell',
    fields: [quantity, where(item.levels, 'Till at')],
    run: (form) =>
      act(
        'pos',
        {
          location_id: Number(form.location),
          lines: [{ item_id: item.item_id, quantity: Number(form.quantity) }],
        },
        (order) => `${order.name} is sold at the till.`,
      ),
  });
}

function edit(item) {
  const states = ['available', 'damaged', 'reserved', 'safety_stock', 'quality_control', 'incoming'];
  sheet({
    title: 'Edit as another app',
    about: item.title,
    action: 'Change the stock',
    fields: [
      { name: 'delta', label: 'Change by', value: 1 },
      { name: 'name', label: 'State', options: states.map((it) => [it, it.replace('_', ' ')]) },
      where(item.levels),
    ],
    run: (form) =>
      act(
        'edit',
        {
          item_id: item.item_id,
          location_id: Number(form.location),
          name: form.name,
          delta: Number(form.delta),
          app: 'the admin page',
        },
        'The stock is changed, as if by another app.',
      ),
  });
}

// ── Stock ──

function level(row) {
  const cell = (value, className = '') =>
    element('td', {
      textContent: number(value),
      className: value < 0 ? `${className} minus` : className,
    });
  const name = place(row.location_id) + (row.is_active ? '' : ' (inactive)');
  return element(
    'tr',
    {},
    element('th', { scope: 'row', textContent: name }),
    cell(row.available, 'available'),
    cell(row.committed),
    cell(row.damaged),
    cell(row.on_hand),
  );
}

function itemCard(item) {
  const heads = ['Location', 'Available', 'Committed', 'Damaged', 'On hand'];
  const about = [item.sku, item.barcode, item.tracked ? null : 'not tracked'].filter(Boolean);
  return element(
    'li',
    {},
    element('h3', { textContent: item.title }),
    element('span', { className: 'soft', textContent: about.join(' · ') || 'no SKU' }),
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...heads.map((text) => element('th', { scope: 'col', textContent: text })),
        ),
      ),
      element('tbody', {}, ...item.levels.map(level)),
    ),
    element(
      'div',
      { className: 'actions' },
      button('Buy online', () => buy(item), 'main'),
      button('Sell at a till', () => sell(item)),
      button('Edit', () => edit(item)),
      button(item.tracked ? 'Stop tracking' : 'Track', () =>
        act(
          `items/${item.item_id}`,
          { tracked: !item.tracked },
          item.tracked ? 'It is not tracked any more.' : 'It is tracked.',
        ),
      ),
    ),
  );
}

function locationChip(it) {
  const chip = button(it.is_active ? it.name : `${it.name}: closed`, () =>
    act(
      `locations/${it.location_id}/${it.is_active ? 'deactivate' : 'activate'}`,
      {},
      it.is_active ? `${it.name} is closed.` : `${it.name} is open.`,
    ),
  );
  chip.setAttribute('aria-pressed', String(it.is_active));
  chip.title = it.is_active ? 'Deactivate this location' : 'Activate this location';
  return chip;
}

async function showStock() {
  const found = await ask(`items?limit=40&q=${encodeURIComponent($('find').value)}`);
  if (!isNew('stock', found)) return;
  $('locations').replaceChildren(...state.locations.map(locationChip));
  $('items').replaceChildren(...found.items.map(itemCard));
  const shown = found.items.length;
  $('more').textContent = shown
    ? `${shown} of ${found.total} items. Search to see others.`
    : 'Nothing is called that.';
}

// ── Orders ──

const units = (count) => (count === 1 ? '1 unit' : `${count} units`);

function linesOf(order, quantity) {
  const part = (line) => ({ line_id: line.line_id, quantity: quantity(line) });
  return order.lines.map(part).filter((line) => line.quantity > 0);
}

function orderCard(order) {
  const path = (deed) => `orders/${order.order_id}/${deed}`;
  const total = order.lines.reduce((sum, line) => sum + line.quantity, 0);
  const at = order.fulfillment_orders.map((part) => place(part.location_id)).join(', ');
  const status = order.cancelled ? 'cancelled' : order.status.toLowerCase().replace('_', ' ');
  const waits = order.lines.some((line) => line.unfulfilled_quantity > 0) && !order.cancelled;
  const untouched = waits && order.lines.every((it) => it.unfulfilled_quantity === it.quantity);
  const sent = linesOf(
    order,
    (line) => line.current_quantity - line.unfulfilled_quantity - line.in_return_quantity,
  );
  const onTheirWay = linesOf(order, (line) => line.undecided_quantity);
  const actions = [
    waits
      ? button('Send', () => act(path('fulfill'), {}, `${order.name} is sent.`), 'main')
      : null,
    untouched
      ? button('Cancel', () =>
          act(path('cancel'), { restock: true }, `${order.name} is cancelled.`),
        )
      : null,
    !order.cancelled && sent.length
      ? button('Refund, restocked', () =>
          act(
            path('refund'),
            { restock: 'return', lines: sent },
            `${order.name} is refunded and back in stock.`,
          ),
        )
      : null,
    !order.cancelled && sent.length
      ? button('Return', () =>
          act(path('return'), { lines: sent }, `${order.name} is on its way back.`),
        )
      : null,
    onTheirWay.length
      ? button('Restock the return', () =>
          act(
            path('dispose'),
            { disposition: 'restocked', lines: onTheirWay },
            `What came back of ${order.name} can be sold again.`,
          ),
        )
      : null,
  ];
  return element(
    'li',
    {},
    element('h3', { textContent: `${order.name} · ${status}` }),
    element('span', {
      className: 'soft',
      textContent: [
        order.source === 'pos' ? 'at a till' : 'online',
        units(total),
        at && `from ${at}`,
        order.created_at.slice(11, 19),
      ]
        .filter(Boolean)
        .join(' · '),
    }),
    element('div', { className: 'actions' }, ...actions),
  );
}

async function showOrders() {
  const { orders } = await ask('orders?limit=40');
  if (!isNew('orders', orders)) return;
  const empty = element('li', { textContent: 'Nobody has bought anything yet: buy under Stock.' });
  $('order-list').replaceChildren(...(orders.length ? orders.map(orderCard) : [empty]));
}

// ── Activity ──

function adjustment(group) {
  const changes = group.changes.filter((change) => change.name !== 'on_hand');
  const what = changes.slice(0, 3).map((change) =>
    element('span', {
      className: change.delta < 0 ? 'minus' : 'plus',
      textContent: `${signed(change.delta)} ${change.name.replace('_', ' ')} `,
    }),
  );
  const more = changes.length > 3 ? `and ${changes.length - 3} more ` : '';
  const about = [group.actor, group.reason, group.reference_document_uri, group.at.slice(11, 19)];
  return element(
    'li',
    {},
    element('span', {}, ...what, more),
    element('span', { className: 'soft', textContent: about.filter(Boolean).join(' · ') }),
  );
}

async function showActivity() {
  const { adjustments: total } = await ask('stats');
  // The groups are numbered from 1,000,001 on.
  const after = 1000000 + Math.max(0, total - 60);
  const { adjustments } = await ask(`adjustments?after=${after}&limit=60`);
  if (!isNew('activity', adjustments)) return;
  const empty = element('li', { textContent: 'Nothing has changed yet.' });
  const rows = adjustments.reverse().map(adjustment);
  $('activity-list').replaceChildren(...(rows.length ? rows : [empty]));
}

// ── Faults ──

const FAULTS = {
  slow: 'Slow answers',
  token_expired: 'Expired token (401)',
  http_429: 'Too many requests (429)',
  http_502: 'Bad gateway (502)',
  throttled: 'Throttled',
  cut_before_commit: 'Cut before commit',
  cut_after_commit: 'Cut after commit',
  internal_error: 'Internal error',
  previous_attempt_failed: 'Attempt fails, key is burnt',
  access_denied: 'Part of the answer denied',
  webhook_lost: 'Webhook lost',
  webhook_doubled: 'Webhook doubled',
  webhook_late: 'Webhook late',
  webhook_reordered: 'Webhooks out of order',
  webhook_forged: 'Forged webhook beside it',
};

function buildFaults() {
  $('fault-form').replaceChildren(
    ...Object.entries(FAULTS).map(([name, label]) =>
      element(
        'label',
        {},
        label,
        element('input', { name, type: 'number', min: 0, max: 100, step: 'any', value: 0 }),
      ),
    ),
  );
}

async function readFaults() {
  const faults = await ask('faults');
  for (const input of $('fault-form').elements) {
    input.value = Math.round((faults.probability[input.name] ?? 0) * 10000) / 100;
  }
}

$('fault-form').onsubmit = async (event) => {
  event.preventDefault();
  const given = [...new FormData($('fault-form'))].filter(([, percent]) => Number(percent) > 0);
  const probability = Object.fromEntries(given.map(([name, it]) => [name, Number(it) / 100]));
  const faults = { ...(await ask('faults')), probability };
  await act('faults', faults, given.length ? 'The faults are set.' : 'All faults are off.');
};
$('fault-off').onclick = async () => {
  if (await act('faults', {}, 'All faults are off.')) await readFaults();
};
$('expire').onclick = () => act('tokens/expire', {}, 'All tokens but the fixed one are expired.');
$('hour').onclick = () => act('clock', { advance_ms: 3600000 }, 'It is an hour later.');
$('install').onclick = () => act('install', {}, 'The app is installed.');
$('uninstall').onclick = () => act('uninstall', {}, 'The app is uninstalled.');

async function showCounts() {
  const { counts } = await ask('stats');
  $('counts').replaceChildren(
    ...Object.entries(counts).flatMap(([name, count]) => [
      element('dt', { textContent: name }),
      element('dd', { textContent: String(count) }),
    ]),
  );
}

// ── The whole ──

const SHOW = { stock: showStock, orders: showOrders, activity: showActivity, faults: showCounts };

async function show() {
  const [{ locations }, stats] = await Promise.all([ask('locations'), ask('stats')]);
  state.locations = locations;
  const waiting = stats.deliveries_waiting;
  $('facts').textContent = [
    stats.installed ? 'app installed' : 'app not installed',
    `${stats.plan} plan`,
    `${stats.bucket.currentlyAvailable} of ${stats.bucket.maximumAvailable} points`,
    waiting ? `${waiting} webhooks waiting` : null,
  ]
    .filter(Boolean)
    .join(' · ');
  await SHOW[state.tab]();
}

/** One after the other: an older answer never covers a newer one. */
function refresh() {
  const next = state.last.catch(() => {}).then(show);
  state.last = next;
  return next;
}

for (const tab of document.querySelectorAll('[data-tab]')) {
  tab.onclick = async () => {
    state.tab = tab.dataset.tab;
    for (const other of document.querySelectorAll('[data-tab]')) {
      other.removeAttribute('aria-current');
      $(other.dataset.tab).hidden = other !== tab;
    }
    tab.setAttribute('aria-current', 'page');
    if (state.tab === 'faults') await readFaults();
    await refresh();
  };
}

let typing;
$('find').oninput = () => {
  clearTimeout(typing);
  typing = setTimeout(() => void refresh(), 150);
};

buildFaults();
const look = () => refresh().catch(() => notice('The shop does not answer.', true));
void look();
// While somebody types or reads a form nothing moves under them.
setInterval(() => {
  if (!document.hidden && !$('sheet').open) void look();
}, REFRESH_MS);
