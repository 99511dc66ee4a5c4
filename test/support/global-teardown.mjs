export { stopDatabase as default } from './global-setup.mjs';
