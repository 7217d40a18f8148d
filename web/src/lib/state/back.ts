let moved = false;

/** Called after each step within the app: only then does the browser's own "back" lead to one of our pages. */
export function noteNavigation(): void {
	moved = true;
}

/** For a link that says "back": where we came from, if that was here, else where the link leads. */
export function goBack(event: MouseEvent): void {
	if (!moved || event.ctrlKey || event.metaKey || event.shiftKey) return;
	event.preventDefault();
	history.back();
}
