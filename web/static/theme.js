// Before the first paint: the theme chosen on this device, else the system's.
try {
	const theme = localStorage.getItem('onhand.theme');
	if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
	// Storage may be closed to us; the system's theme is right then.
}
