export interface Column {
	key: string;
	label: string;
	/** Numbers stand at the end, under each other. */
	numeric?: boolean;
	/** The label is for screen readers only (pictures, actions). */
	hideLabel?: boolean;
	width?: string;
}
