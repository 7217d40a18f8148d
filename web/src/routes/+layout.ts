// The server has one HTML file for every route; everything else happens in the browser.
export const ssr = false;
export const prerender = false;
export const trailingSlash = 'never';
