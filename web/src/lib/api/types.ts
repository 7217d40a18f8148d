/**
 * The shapes of the API (docs/API-DESIGN.md). Kept to one file, so that they can become aliases of the generated
 * schema without a screen noticing.
 */

export type Uuid = string;
/** RFC 3339 in UTC. */
export type Timestamp = string;
/** A decimal string in the retailer's currency, "12.50". */
export type Money = string;

export interface Page<T> {
	items: T[];
	next_cursor: string | null;
}

export type Permission =
	| 'stock.view'
	| 'stock.view_expected'
	| 'variance.report'
	| 'variance.post'
	| 'variance.approve'
	| 'count.count'
	| 'count.manage'
	| 'count.review'
	| 'ledger.verify'
	| 'audit.view'
	| (string & {});

export interface Limits {
	variance_units_max: number | null;
	variance_value_max: Money | null;
	day_value_max: Money | null;
}

export interface Scope {
	kind: 'all' | 'group' | 'facility';
	id: Uuid | null;
	name: string | null;
}

export interface Grant {
	role: string;
	label: string;
	scope: Scope;
}

export interface MyFacility {
	id: Uuid;
	code: string;
	name: string;
	time_zone: string;
	permissions: Permission[];
}

export interface Me {
	id: Uuid;
	name: string;
	kind: 'user' | 'key' | 'system';
	email: string | null;
	currency: string;
	everywhere: Permission[];
	facilities: MyFacility[];
	roles: Grant[];
	limits: Limits;
}

export interface Quantities {
	on_hand: number;
	available: number;
	committed: number;
	reserved: number;
	damaged: number;
	quality_control: number;
	safety_stock: number;
}

export interface Level extends Quantities {
	facility_id: Uuid;
	sku_id: Uuid;
	last_counted_at: Timestamp | null;
	last_movement_at: Timestamp | null;
	seq: number;
}

export interface Actor {
	id: Uuid;
	name: string;
	kind: 'user' | 'key' | 'system';
}

export interface SkuRef {
	id: Uuid;
	code: string | null;
	title: string;
	product_id: Uuid;
	product_title: string;
	image_url: string | null;
}

export interface ProductSummary {
	id: Uuid;
	handle: string;
	title: string;
	vendor: string | null;
	category: string | null;
	image_url: string | null;
	sku_count: number;
	matched_sku: SkuRef | null;
	on_hand: number | null;
	available: number | null;
}

export interface Identifier {
	kind: 'barcode' | 'gtin' | 'code' | 'vendor' | 'erp';
	value: string;
}

export interface Sku {
	id: Uuid;
	product_id: Uuid;
	code: string | null;
	title: string;
	options: { name: string; value: string }[];
	identifiers: Identifier[];
	cost: Money | null;
	price: Money | null;
	tracked: boolean;
	image_url: string | null;
}

export interface Product {
	id: Uuid;
	handle: string;
	title: string;
	vendor: string | null;
	category: string | null;
	description: string | null;
	image_url: string | null;
	options: { name: string; values: string[] }[];
	skus: Sku[];
}

export interface IdentifierMatch {
	identifier: Identifier;
	sku: Sku;
	product: Pick<Product, 'id' | 'title' | 'vendor' | 'category' | 'image_url'>;
}

export type MovementKind =
	| 'opening'
	| 'receipt'
	| 'sale'
	| 'return'
	| 'transfer_out'
	| 'transfer_in'
	| 'reservation'
	| 'release'
	| 'variance'
	| 'count'
	| 'late_correction'
	| 'reversal';

export interface Movement {
	id: Uuid;
	facility_id: Uuid;
	seq: number;
	sku: SkuRef;
	kind: MovementKind;
	quantity: number;
	from: string;
	to: string;
	reason: string | null;
	reason_label: string | null;
	effective_at: Timestamp;
	recorded_at: Timestamp;
	actor: Actor;
	/** Who saw it, where somebody else approved it. */
	reported_by?: Actor | null;
	device: string | null;
	origin: 'ui' | 'api' | 'import' | 'pos' | 'shopify';
	origin_key: string | null;
	note: string | null;
	reverses: Uuid | null;
	corrects: Uuid | null;
	reversed_by: Uuid | null;
	order_line_id: Uuid | null;
	unit_cost: Money | null;
	on_hand_change: number;
	available_change: number;
	level_after: Quantities;
	hash: string;
	may_reverse: boolean;
}

export interface Reason {
	code: string;
	label: string;
	direction: 'loss' | 'gain' | 'both';
	effect: { kind: 'external' | 'state'; place: string };
	gl_account: string | null;
	note_required: boolean;
	selectable: boolean;
	active: boolean;
	position: number;
	uses: number;
}

export interface VarianceBody {
	id: Uuid;
	facility_id: Uuid;
	sku_id: Uuid;
	quantity: number;
	reason: string;
	note?: string;
	effective_at?: Timestamp;
	device?: string;
}

export interface OrderAtRisk {
	order_id: Uuid;
	order_line_id: Uuid;
	name: string;
	channel: string;
	due_at: Timestamp | null;
	placed_at: Timestamp;
	quantity: number;
	short: number;
	alternatives: { facility_id: Uuid; code: string; name: string; available: number }[];
}

export interface Order {
	id: Uuid;
	name: string;
	channel: string;
	placed_at: Timestamp;
	due_at: Timestamp | null;
	status: 'open' | 'fulfilled' | 'cancelled';
	lines: { id: Uuid; facility_id: Uuid; sku: SkuRef; quantity: number; open_quantity: number }[];
}

export type RequestBecause = 'no_permission' | 'units' | 'value' | 'day_value';

export interface VarianceRequest {
	id: Uuid;
	facility_id: Uuid;
	sku: SkuRef;
	quantity: number;
	reason: string;
	reason_label: string;
	note: string | null;
	effective_at: Timestamp;
	reported_by: Actor;
	reported_at: Timestamp;
	because: RequestBecause[];
	status: 'pending' | 'approved' | 'declined';
	value: Money | null;
	level: Quantities;
	/** What approval would make of it; as `level` once it is decided. */
	level_after: Quantities;
	orders_at_risk: OrderAtRisk[];
	may_decide: boolean;
	may_not_because: null | 'own_request' | 'no_permission' | 'above_limit';
	decided_by: Actor | null;
	decided_at: Timestamp | null;
	decision_note: string | null;
}

export interface VarianceAnswer {
	id: Uuid;
	status: 'posted' | 'requested' | 'would_post' | 'would_request';
	movement: Movement | null;
	request_because: RequestBecause[];
	request: VarianceRequest | null;
	level_before: Quantities;
	level_after: Quantities;
	value: Money | null;
	orders_at_risk: OrderAtRisk[];
}

export interface VarianceSummaryRow {
	reason: string;
	label: string;
	/** null where it isn't known: of one direction of a reason that goes both ways. */
	count: number | null;
	units_lost: number;
	units_gained: number;
	value_lost: Money | null;
	value_gained: Money | null;
}

export interface VarianceSummary {
	items: VarianceSummaryRow[];
	total: Omit<VarianceSummaryRow, 'reason' | 'label'>;
}

export interface HomeToday {
	since: Timestamp;
	variances: number;
	units_lost: number;
	units_gained: number;
	value_lost: Money | null;
	value_gained: Money | null;
	sold: number;
	received: number;
	returned: number;
	transferred_in: number;
	transferred_out: number;
}

export interface Home {
	requests_pending: number;
	requests: VarianceRequest[];
	negative_count: number;
	negative: { sku: SkuRef; level: Level }[];
	today: HomeToday;
	recent: Movement[];
}

export interface LevelEvent {
	facility_id: Uuid;
	sku_id: Uuid;
	seq: number;
	level: Quantities;
	kind: MovementKind;
	movement_id: Uuid;
	actor_id: Uuid;
}

export interface RequestsEvent {
	facility_id: Uuid;
}

export * from './settings-types';
