/**
 * A sender's address as one host is called over whatever it sends: a socket of IPv6 gives those of IPv4 mapped
 * (RFC 4291, 2.5.5.2).
 */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=[\d.]+$)/, '');
