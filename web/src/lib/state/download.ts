/** Hands a file to the browser's downloads. */
export function download(name: string, file: Blob): void {
	const address = URL.createObjectURL(file);
	const link = document.createElement('a');
	link.href = address;
	link.download = name;
	link.click();
	// Not at once: the download has to begin first.
	setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A part of a file's name, of whatever somebody has called a thing. */
export const inFileName = (text: string) => text.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
