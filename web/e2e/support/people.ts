/** Who works at the retailer of these tests. Everybody has the same password. */
export const PASSWORD = 'count every single shoe';

export const FACILITIES = [
	{ code: 'S1', name: 'Main Street', zone: 'Europe/Berlin', group: 'north' },
	{ code: 'S2', name: 'Harbour', zone: 'Europe/Berlin', group: 'north' },
	{ code: 'S3', name: 'Old Town', zone: 'Europe/Dublin', group: 'west' }
] as const;
export type FacilityCode = (typeof FACILITIES)[number]['code'];

export const PEOPLE = {
	/** Of both stores in the north. */
	lead: { name: 'Rory Doyle', role: 'facility_manager', at: 'north' },
	associate: { name: 'Maya Lindner', role: 'associate', at: 'S1' },
	manager: { name: 'Jonas Weber', role: 'facility_manager', at: 'S1' },
	neighbour: { name: 'Elif Kaya', role: 'facility_manager', at: 'S2' },
	controller: { name: 'Nina Castell', role: 'inventory_controller', at: null },
	auditor: { name: 'Sam Reyes', role: 'auditor', at: null },
	admin: { name: 'Ada Brandt', role: 'admin', at: null }
} as const satisfies Record<string, { name: string; role: string; at: FacilityCode | 'north' | null }>;
export type Person = keyof typeof PEOPLE;

export const mail = (person: Person) => `${person}@example.com`;
