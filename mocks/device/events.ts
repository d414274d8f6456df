/** Events that key draws and are no pulses: numbers that no pulse count reaches, one for each kind of thing that draws. */

export const traitEvent = 0xffffffff;
export const converterEvent = 0xfffffffe;
export const resistorEvent = 0xfffffffd;
export const mvmEvent = 0xfffffffc;
