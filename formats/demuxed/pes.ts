/** Returns the payload of an elementary stream packet (ISO/IEC 13818-1, 2.4.3.6; 11172-1, 2.4.3.3); empty if it is not one. */
export function pesPayload(packet: Uint8Array): Uint8Array {
  if (packet[0] !== 0 || packet[1] !== 0 || packet[2] !== 1) return packet.subarray(packet.length);
  if (((packet[6] ?? 0) & 0xc0) === 0x80) return packet.subarray(9 + (packet[8] ?? 0));
  // MPEG-1 has stuffing, a buffer size, and time stamps of 5 or 10 bytes or 0x0F.
  let at = 6;
  while (packet[at] === 0xff && at < 6 + 16) at++;
  if (((packet[at] ?? 0) & 0xc0) === 0x40) at += 2;
  const mark = (packet[at] ?? 0) >> 4;
  return packet.subarray(at + (mark === 2 ? 5 : mark === 3 ? 10 : 1));
}
