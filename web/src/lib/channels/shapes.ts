/** The shapes of docs/API-DESIGN.md, "Channels", as the screens call them. */
import type { components } from '$lib/api/schema';

type Schemas = components['schemas'];

export type Channel = Schemas['Channel'];
export type ChannelStatus = Schemas['ChannelStatus'];
export type ChannelSummary = Schemas['ChannelSummary'];
/** `offline`: let in by a merchant, who went to the shop for it; nobody can type that. */
export type CredentialKind = Schemas['CredentialKind'];
export type Credentials = Schemas['NewCredentials'];
export type AuthorizationSetup = Schemas['ChannelAuthorizationSetup'];

export type ChannelJob = Schemas['ChannelJob'];
export type JobKind = Schemas['ChannelJobKind'];
export type ComparedLevel = Schemas['ShopDifference'];

export type ChannelLocation = Schemas['ChannelLocation'];
export type LocationFacility = ChannelLocation['facilities'][number];
export type ChannelItem = Schemas['ChannelItem'];
export type ItemProblem = Schemas['ItemProblem'];

export type Told = Schemas['ChannelDelivery'];
export type Push = Schemas['Push'];
export type PushStatus = Schemas['PushStatus'];
export type Difference = Schemas['Difference'];
export type DifferenceClass = Schemas['DifferenceClass'];
export type Audit = Schemas['Audit'];
