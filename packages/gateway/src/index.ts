export { type Gateway, type GatewayOptions, openGateway } from './server.ts';
