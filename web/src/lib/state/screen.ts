import { MediaQuery } from 'svelte/reactivity';

/** The width from which the desktop's layout is used, as in app.css. Server and first paint assume a phone. */
export const wide = new MediaQuery('min-width: 1024px', false);
