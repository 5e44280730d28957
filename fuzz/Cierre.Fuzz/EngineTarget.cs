using System.Globalization;
using Cierre.Deflate;
using Cierre.Protocol;
using Cierre.TestKit;

namespace Cierre.Fuzz;

/// <summary>The engine alone: what it makes of a peer's bytes, and of what we do meanwhile.</summary>
internal sealed class EngineTarget : Target
{
    private readonly InputMaker _maker = new();
    private readonly Conversation _conversation = new();

    public override (string What, string Why) Run(Dice dice, int number)
    {
        Side side = dice.OneIn(2) ? Side.Client : Side.Server;
        ProtocolLimits limits = Conversation.LimitsFor(dice);
        DeflateTerms? deflate = dice.OneIn(3) ? DeflateKit.Terms(takeover: dice.OneIn(2), windowBits: 8 + dice.Below(8)) : null;
        Input = _maker.Make(dice, side.Other(), deflates: deflate is not null);
        CloseRecord record = Run(dice, side, limits, deflate);
        return (record.Code.ToString(CultureInfo.InvariantCulture), $"{record.Cause}");
    }

    private CloseRecord Run(Dice dice, Side side, ProtocolLimits limits, DeflateTerms? deflate)
    {
        if (dice.OneIn(2)) return _conversation.Talk(side, limits, deflate, Input, dice);
        CloseRecord record = _conversation.Listen(side, limits, deflate, Input, dice);
        if (dice.OneIn(4) && deflate is null) _conversation.Compare(ReferenceReader.Read(Input, side, limits), record);
        // Of text that is not UTF-8 in data that is not DEFLATE, the split decides which comes to light first.
        if (!dice.OneIn(4) || (deflate is not null && record.Cause == CloseCause.InvalidData)) return record;
        ulong split = _conversation.Hash;
        _conversation.Listen(side, limits, deflate, Input, null);
        OutputReader.Require(_conversation.Hash == split, "another split gave something else");
        return record;
    }
}
