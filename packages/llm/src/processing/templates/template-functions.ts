/** A template refused the conversation: it called `raise_exception`. */
export class TemplateRefusal extends Error {
  override readonly name: string = "TemplateRefusal";
}

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = "January February March April May June July August September October November December".split(" ");

/** The time as Python's `strftime` writes it, always in English: models have learnt it that way. */
export function strftime(date: Date, format: string): string {
  return format.replaceAll(/%(-?)([a-zA-Z%])/g, (whole, unpadded: string, letter: string) => {
    const number = (value: number, width = 2): string => (unpadded === "-" ? `${value}` : padded(value, width));
    const day = DAYS[date.getDay()] ?? "";
    const month = MONTHS[date.getMonth()] ?? "";
    const hours = date.getHours();
    switch (letter) {
      case "Y":
        return padded(date.getFullYear(), 4);
      case "y":
        return number(date.getFullYear() % 100);
      case "m":
        return number(date.getMonth() + 1);
      case "d":
        return number(date.getDate());
      case "H":
        return number(hours);
      case "I":
        return number(hours % 12 === 0 ? 12 : hours % 12);
      case "M":
        return number(date.getMinutes());
      case "S":
        return number(date.getSeconds());
      case "p":
        return hours < 12 ? "AM" : "PM";
      case "B":
        return month;
      case "b":
        return month.slice(0, 3);
      case "A":
        return day;
      case "a":
        return day.slice(0, 3);
      case "j":
        return number(dayOfYear(date), 3);
      case "%":
        return "%";
      default:
        return whole;
    }
  });
}

/** The numbers of Python's `range`. */
export function range(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (step === 0) throw new TemplateRefusal("range: the step is 0.");
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (length > MOST_NUMBERS) throw new TemplateRefusal(`range: ${length} numbers are too many.`);
  return Array.from({ length }, (_, index) => from + index * step);
}

const MOST_NUMBERS = 100_000;

function padded(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function dayOfYear(date: Date): number {
  const begin = Date.UTC(date.getFullYear(), 0, 1);
  return Math.round((Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - begin) / 86_400_000) + 1;
}
