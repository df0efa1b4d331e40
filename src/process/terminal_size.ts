export const ROWS = 24;
export const COLUMNS = 80;
