import { version } from '../../../package.json';

/** As the package says; the server's own stands in its API description. */
export const APP_VERSION: string = version;
