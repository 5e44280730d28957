using System.Text.Json;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>A situation's application as a script of a page. It tells in the same words as <see cref="CierreSide"/>.</summary>
internal static class ScriptSide
{
    public static string Script(Situation situation) => $$"""
        url => new Promise(resolve => {
            const seen = [];
            const acts = { {{string.Concat(Situation.Moments.Select(moment => $"{moment}: [{Acts(situation.At(moment))}], "))}} };
            const quote = text => text.length > 20 ? `${text.length} characters` : `'${text}'`;
            const act = when => {
                for (const [name, call] of acts[when]) {
                    try {
                        call();
                        seen.push(`${name}: ${s.readyState}, ${s.bufferedAmount} buffered`);
                    } catch (e) {
                        seen.push(`${name}: ${e.name}`);
                    }
                }
            };
            const s = new WebSocket(url, {{JsonSerializer.Serialize(situation.Protocols)}});
            s.onopen = () => { seen.push(`open ${s.readyState}, protocol '${s.protocol}', extensions '${s.extensions}'`); act('open'); };
            s.onmessage = e => { seen.push(`message ${quote(e.data)} ${s.readyState}`); act('message'); };
            s.onerror = () => { seen.push(`error ${s.readyState}`); act('error'); };
            s.onclose = e => {
                seen.push(`close ${e.code} ${quote(e.reason)} ${e.wasClean ? 'clean' : 'not clean'} ${s.readyState}`);
                act('close');
                setTimeout(() => {
                    seen.push(`at last ${s.readyState}, ${s.bufferedAmount} buffered, protocol '${s.protocol}', extensions '${s.extensions}', url as given: ${s.url === url}`);
                    resolve(seen.join('\n'));
                });
            };
            act('new');
        })
        """;

    private static string Acts(Act[] acts) => string.Join(", ", acts.Select(act => $"[{JsonSerializer.Serialize(act.Name)}, () => {act.Script}]"));
}
