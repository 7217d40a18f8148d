import type { Level, Order, OrderAtRisk } from '$lib/api/types';

interface Elsewhere {
	facility_id: string;
	code: string;
	name: string;
	level: Level | undefined;
}

/**
 * Which orders can't be filled where more is promised than there is: the newest first, since the older ones were
 * promised first. The same rule as the server's, for a page that is opened when the variance is long posted.
 */
export function ordersAtRisk(orders: Order[], facilityId: string, skuId: string, available: number, elsewhere: Elsewhere[]): OrderAtRisk[] {
	let missing = -available;
	const atRisk: OrderAtRisk[] = [];
	const newestFirst = [...orders].sort((a, b) => Date.parse(b.placed_at) - Date.parse(a.placed_at));
	for (const order of newestFirst) {
		for (const line of order.lines) {
			if (missing <= 0) return atRisk;
			if (line.facility_id !== facilityId || line.sku.id !== skuId || line.open_quantity <= 0) continue;
			const short = Math.min(missing, line.open_quantity);
			missing -= short;
			atRisk.push({
				order_id: order.id,
				order_line_id: line.id,
				name: order.name,
				channel: order.channel,
				due_at: order.due_at,
				placed_at: order.placed_at,
				quantity: line.open_quantity,
				short,
				alternatives: elsewhere
					.filter((e) => (e.level?.available ?? 0) >= line.open_quantity)
					.map((e) => ({ facility_id: e.facility_id, code: e.code, name: e.name, available: e.level?.available ?? 0 }))
					.sort((a, b) => b.available - a.available)
			});
		}
	}
	return atRisk;
}
