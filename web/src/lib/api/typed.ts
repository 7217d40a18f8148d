/** What the API's description (schema.d.ts, generated) says about a call, for the client. */
import type { paths } from './schema';

type Base = '/api/v1';
type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The paths that know a method, without the base. */
export type PathWith<M extends Method> = {
	[P in keyof paths]: P extends `${Base}${infer Short}` ? (paths[P][M] extends object ? Short : never) : never;
}[keyof paths];

type Operation<M extends Method, P extends string> = `${Base}${P}` extends keyof paths ? paths[`${Base}${P}`][M] : never;

/** Empty parameters are left out of the address. */
type Emptiable<Q> = { [K in keyof Q]: Q[K] | null | '' };

/** The query of an operation. */
export type QueryOf<M extends Method, P extends PathWith<M>> =
	Operation<M, P> extends { parameters: { query?: infer Q } } ? Emptiable<NonNullable<Q>> : never;

/** The body of an operation; a file is sent as a form. */
export type BodyOf<M extends Method, P extends PathWith<M>> =
	Operation<M, P> extends { requestBody: { content: infer C } } ? (C extends { 'application/json': infer B } ? B : FormData) : never;

/** What it answers when all is well. */
export type AnswerOf<M extends Method, P extends PathWith<M>> = Operation<M, P> extends { responses: infer R } ? Good<R> : never;

type Good<R> = { [S in keyof R]: S extends 200 | 201 | 202 ? Json<R[S]> : S extends 204 ? void : never }[keyof R];
type Json<A> = A extends { content: { 'application/json': infer B } } ? B : never;

interface Manner {
	signal?: AbortSignal;
	keepSignedOut?: boolean;
}

type Needs<M extends Method, P extends PathWith<M>> = (Operation<M, P> extends { parameters: { path: infer Parts extends object } }
	? { path: Parts }
	: unknown) &
	(Operation<M, P> extends { requestBody: object } ? { body: BodyOf<M, P> } : unknown) &
	(Operation<M, P> extends { parameters: { query: object } } ? { query: QueryOf<M, P> } : unknown);

type May<M extends Method, P extends PathWith<M>> = [QueryOf<M, P>] extends [never] ? Manner : Manner & { query?: QueryOf<M, P> };

/** The arguments of a call after its path: none are needed where nothing must be said. */
export type Input<M extends Method, P extends PathWith<M>> = unknown extends Needs<M, P>
	? [options?: May<M, P>]
	: [options: Needs<M, P> & May<M, P>];
