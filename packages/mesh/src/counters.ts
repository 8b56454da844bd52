/** Plain numbers that the parts of the mesh count up; `stats()` shows them. */
export interface Counters {
  messagesSent: number;
  envelopesSent: number;
  messagesDelivered: number;
  envelopesReceived: number;
  backlog: number;
  notSent: number;
  badEnvelope: number;
  badMessage: number;
  requestsSent: number;
  requestsAnswered: number;
  refusedRate: number;
  refusedInFlight: number;
  refusedMalformed: number;
  refusedFailed: number;
  channelSent: number;
  channelNotTaken: number;
  channelReceived: number;
  channelRate: number;
  channelMalformed: number;
  channelStreams: number;
  listenerErrors: number;
}

export function createCounters(): Counters {
  return {
    messagesSent: 0,
    envelopesSent: 0,
    messagesDelivered: 0,
    envelopesReceived: 0,
    backlog: 0,
    notSent: 0,
    badEnvelope: 0,
    badMessage: 0,
    requestsSent: 0,
    requestsAnswered: 0,
    refusedRate: 0,
    refusedInFlight: 0,
    refusedMalformed: 0,
    refusedFailed: 0,
    channelSent: 0,
    channelNotTaken: 0,
    channelReceived: 0,
    channelRate: 0,
    channelMalformed: 0,
    channelStreams: 0,
    listenerErrors: 0,
  };
}
