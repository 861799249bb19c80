# Reads "job:file tool wall user sys KiB" a line, a line for each run; prints the table of samples/bench/engine.
function median(list, n,    i, j, x, values) {
  n = split(list, values, " ")
  for (i = 2; i <= n; i++)
    for (j = i; j > 1 && values[j - 1] + 0 > values[j] + 0; j--) { x = values[j]; values[j] = values[j - 1]; values[j - 1] = x }
  return values[int((n + 1) / 2)]
}
function wall(job, tool) { return median(walls[job, tool]) }
function cell(job, tool) {
  return (job, tool) in walls ? sprintf("%.2f s, %.2f, %.0f MB", wall(job, tool), cpu(job, tool), rss[job, tool] / 1024) : "–"
}
function cpu(job, tool) { return median(cpus[job, tool]) }
function ratio(a, b) { return b > 0 ? sprintf("%.2f", a / b) : "–" }
function against(job, tool) {
  return (job, tool) in walls ? ratio(wall(job, "ours"), wall(job, tool)) ", " ratio(cpu(job, "ours"), cpu(job, tool)) : "–"
}
function row(title, job, limit, startup) {
  printf "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", title, limit ? sprintf("%.2f s", limit) : "–",
    cell(job, "osslsigncode"), cell(job, "jsign"), cell(job, "ours"), against(job, "osslsigncode"), against(job, "jsign"),
    limit ? ratio(wall(job, "ours"), limit) : "–", limit ? ratio(wall(job, "ours") - startup, limit) : "–"
}
{
  walls[$1, $2] = walls[$1, $2] " " $3
  cpus[$1, $2] = cpus[$1, $2] " " $4 + $5
  if ($6 > rss[$1, $2]) rss[$1, $2] = $6
  if ($1 ~ /^batch/) batch = $1
}
END {
  print "| job (wall, CPU, peak RSS) | limit | osslsigncode | jsign | ours | ours ÷ osslsigncode (wall, CPU) | ours ÷ jsign (wall, CPU) | ours ÷ limit | ours less start-up ÷ limit |"
  print "|---|---|---|---|---|---|---|---|---|"
  row("sign 3.5 KB", "sign:small.sys")
  row("sign 3.5 KB, timestamped in process", "stamp:small.sys")
  row("verify 3.5 KB", "verify:small.sys.signed")
  row("sign " files " files of 3.5 KB", batch)
  row("explain " explained " files of 3.5 KB", "explain:explained")
  n = split(sizes, each, " ")
  for (i = 1; i <= n; i++) {
    file = each[i] "-MiB.sys"
    digest = wall("digest:" file, "openssl")
    row("sign " each[i] " MiB", "sign:" file, digest + wall("copy:" file, "cp"), wall("sign:small.sys", "ours"))
    row("the same with page hashes", "pages:" file, digest + wall("copy:" file, "cp"), wall("sign:small.sys", "ours"))
    row("verify " each[i] " MiB", "verify:" file ".signed", digest, wall("verify:small.sys.signed", "ours"))
  }
}
