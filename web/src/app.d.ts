declare global {
	namespace App {
		interface PageState {
			/** The sheet that the back button closes. */
			sheet?: string;
		}
	}
}
export {};
