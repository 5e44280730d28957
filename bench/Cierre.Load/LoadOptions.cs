using System.Globalization;

namespace Cierre.Load;

/// <summary>What to do to a server: HOST PORT and switches.</summary>
internal sealed record LoadOptions(
    string Host, int Port, string Path, int Connections, int Size, int Depth, TimeSpan Warmup, TimeSpan Duration, int? ServerPid, bool Idle)
{
    public const string Usage =
        "usage: Cierre.Load HOST PORT [--path /] [--connections 100] [--size 32] [--depth 1] [--warmup 1] [--seconds 5] [--pid SERVER] [--idle]";

    public static LoadOptions Parse(string[] args)
    {
        if (args.Length < 2 || !int.TryParse(args[1], CultureInfo.InvariantCulture, out int port)) throw new ArgumentException(Usage);
        var options = new LoadOptions(args[0], port, "/", 100, 32, 1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), null, false);
        for (int i = 2; i < args.Length; i++)
        {
            if (args[i] == "--idle")
            {
                options = options with { Idle = true };
                continue;
            }

            if (i + 1 == args.Length) throw new ArgumentException($"{args[i]} needs a value. {Usage}");
            string value = args[++i];
            options = args[i - 1] switch
            {
                "--path" => options with { Path = value },
                "--connections" => options with { Connections = Number(value) },
                "--size" => options with { Size = Number(value) },
                "--depth" => options with { Depth = Number(value) },
                "--warmup" => options with { Warmup = TimeSpan.FromSeconds(Number(value)) },
                "--seconds" => options with { Duration = TimeSpan.FromSeconds(Number(value)) },
                "--pid" => options with { ServerPid = Number(value) },
                var other => throw new ArgumentException($"{other} is not known. {Usage}"),
            };
        }

        return options;
    }

    private static int Number(string value) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out int number) && number >= 0 ? number : throw new ArgumentException($"'{value}' is no whole number. {Usage}");
}
