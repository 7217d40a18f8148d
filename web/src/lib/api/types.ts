/**
 * The shapes of the API as the screens call them. They are generated from its description: `cargo xtask gen` writes
 * schema.d.ts.
 */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Uuid = string;
/** RFC 3339 in UTC. */
export type Timestamp = Schemas['ApiTime'];
/** A decimal string in the retailer's currency, "12.50". */
export type Money = Schemas['ApiMoney'];

/** A page of a list, whatever it lists. */
export type Page<T> = Omit<Schemas['Page_Movement'], 'items'> & { items: T[] };

// Who and where
export type Me = Schemas['Me'];
export type MyFacility = Schemas['MyFacility'];
export type Permission = Schemas['Permission'];
export type Limits = Schemas['LimitsView'];
export type Scope = Schemas['ScopeView'];
export type Grant = Schemas['GrantView'];
export type GrantBody = Schemas['GrantInput'];
export type Actor = Schemas['Actor'];

// Catalogue
export type Product = Schemas['Product'];
export type ProductSummary = Schemas['ProductSummary'];
export type Sku = Schemas['Sku'];
export type SkuRef = Schemas['SkuRef'];
export type Identifier = Schemas['Identifier'];
export type IdentifierMatch = Schemas['IdentifierHit'];

// Stock
export type Quantities = Schemas['Quantities'];
export type Level = Schemas['Level'];
export type Movement = Schemas['Movement'];
/** How far a change is on its way to one shop. */
export type OnItsWay = Schemas['OnItsWay'];
export type MovementKind = Schemas['MovementKind'];
export type Place = Schemas['Place'];
export type Order = Schemas['Order'];
export type OrderAtRisk = Schemas['OrderAtRisk'];

// Variances
export type Reason = Schemas['Reason'];
export type VarianceBody = Schemas['NewVariance'];
export type VarianceAnswer = Schemas['VarianceAnswer'];
export type VarianceRequest = Schemas['VarianceRequest'];
export type RequestBecause = Schemas['Because'];
export type VarianceSummary = Schemas['VarianceSummary'];
export type VarianceSummaryRow = Schemas['ReasonSum'];

// Work
export type Home = Schemas['Home'];
export type HomeToday = Schemas['Today'];

// Settings
export type Facility = Schemas['Facility'];
export type FacilityGroup = Schemas['FacilityGroup'];
export type User = Schemas['User'];
export type Role = Schemas['Role'];
export type ApiKey = Schemas['ApiKey'];
export type Import = Schemas['Import'];
export type ImportReport = Schemas['ImportReport'];
export type AuditEntry = Schemas['AuditEntry'];

// Live events: a stream of text, which a description of JSON can't describe (docs/API-DESIGN.md, "Work").
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

export interface CountEvent {
	facility_id: Uuid;
	count_id: Uuid;
	status: string;
	version: number;
}

/** Changes of a facility reached a shop, or wait for a person; null: of no single facility. */
export interface PushesEvent {
	facility_id: Uuid | null;
	channel_id: Uuid;
}
