namespace Cierre.Fuzz;

/// <summary>What is fed with inputs. It throws where a rule does not hold.</summary>
internal abstract class Target
{
    /// <summary>The last input, for whom it did not do well.</summary>
    public byte[] Input { get; protected set; } = [];

    /// <summary>Makes an input, runs it, and says in two words how it went.</summary>
    public abstract (string What, string Why) Run(Dice dice, int number);

    public static Target Of(string name) => name switch
    {
        "engine" => new EngineTarget(),
        "inflater" => new InflaterTarget(),
        "connection" => new ConnectionTarget(),
        "opening" => new OpeningTarget(),
        "handshake" => new HandshakeTarget(),
        _ => throw new ArgumentException("--target engine, inflater, connection, opening or handshake"),
    };
}
