package peers;

import java.time.LocalDate;

/** Times of the form 2025-01-01T00:00:18.481Z, which is how both sides write them, as milliseconds since 1970. */
final class Times {
  private Times() {}

  static long parse(String text) {
    long day = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10)).toEpochDay();
    long seconds = day * 86_400 + number(text, 11, 13) * 3_600L + number(text, 14, 16) * 60L + number(text, 17, 19);
    return seconds * 1_000 + number(text, 20, 23);
  }

  static String text(long ms) {
    LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(ms, 86_400_000L));
    int rest = (int) Math.floorMod(ms, 86_400_000L);
    StringBuilder out = new StringBuilder(24);
    append(out, date.getYear(), 4).append('-');
    append(out, date.getMonthValue(), 2).append('-');
    append(out, date.getDayOfMonth(), 2).append('T');
    append(out, rest / 3_600_000, 2).append(':');
    append(out, rest / 60_000 % 60, 2).append(':');
    append(out, rest / 1_000 % 60, 2).append('.');
    return append(out, rest % 1_000, 3).append('Z').toString();
  }

  private static int number(String text, int from, int to) {
    return Integer.parseInt(text, from, to, 10);
  }

  private static StringBuilder append(StringBuilder out, int value, int digits) {
    for (int unit = (int) Math.pow(10, digits - 1); unit > 0; unit /= 10) out.append((char) ('0' + value / unit % 10));
    return out;
  }
}
