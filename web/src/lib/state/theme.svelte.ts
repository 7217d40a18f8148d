
export type Theme = 'system' | 'light' | 'dark';

class ThemeState {
	// theme.js has read the same key before the first paint; it is plain text there.
	current = $state<Theme>(read());

	set(theme: Theme): void {
		this.current = theme;
		if (theme === 'system') delete document.documentElement.dataset.theme;
		else document.documentElement.dataset.theme = theme;
		try {
			if (theme === 'system') localStorage.removeItem('onhand.theme');
			else localStorage.setItem('onhand.theme', theme);
		} catch {
			// Then it holds until the page is closed.
		}
	}
}

function read(): Theme {
	if (typeof document === 'undefined') return 'system';
	const theme = document.documentElement.dataset.theme;
	return theme === 'light' || theme === 'dark' ? theme : 'system';
}

export const theme = new ThemeState();
